#!/bin/sh
# Installs the Debian/Ubuntu packages that setting up, verifying and building need.
# As root it installs what is missing; as another user it says what to install. Idempotent.
set -eu

packages="
    python3 python3-venv
    mmdebstrap debian-archive-keyring uidmap
"

missing=""
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
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
