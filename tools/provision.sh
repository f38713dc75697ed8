#!/bin/sh
# Installs the Debian/Ubuntu packages that setting up, verifying and building need.
# As root it installs what is missing; as another user it says what to install. Idempotent.
set -eu

missing=""
need() { # need PACKAGE COMMAND…: the package is missing if the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need python3-venv python3 -c 'import ensurepip, venv'
need mmdebstrap command -v mmdebstrap
need debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
need qemu-system-x86 command -v qemu-system-x86_64 # virtual machines; and for their disks:
need squashfs-tools-ng command -v tar2sqfs
need kmod env PATH="$PATH:/usr/sbin:/sbin" sh -c 'command -v depmod'
need npm command -v npm # the diagrams of the site
[ "$(id -u)" -eq 0 ] || need uidmap command -v newuidmap # the guest image, built by a user

[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "missing:$missing. This is not Debian or Ubuntu: install them in its own way." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "missing:$missing. Install them with: sudo apt-get install$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
# shellcheck disable=SC2086  # one word a package
apt-get install --quiet --yes --no-install-recommends $missing
