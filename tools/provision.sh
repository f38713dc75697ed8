#!/bin/sh
# Installs the Debian/Ubuntu packages that are missing, and says what is missing where it can't.
#
#   provision.sh           what setting up, verifying and building take (`make` calls it)
#   provision.sh downloads also what PDF and EPUB take (`make pdf` and `make epub` call it)
#   provision.sh test      also what the tests take (`make test` calls it)
#   provision.sh reader    also what readers of the book type: the machine of the Vagrantfile
#
# As root it installs; as another user it says what to install. A second run changes nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

elsewhere() { # elsewhere HOW: this system can't run the book itself, but a machine of Vagrant's can
    echo "The book is verified on Debian or Ubuntu. Here, use the machine of the Vagrantfile:" \
        "$1, then run: vagrant up && vagrant ssh -c 'cd /vagrant && make'" >&2
    exit 1
}

if ! command -v apt-get >/dev/null; then
    case $(uname -s) in
        Darwin) elsewhere "install VirtualBox 7.1 or newer and Vagrant" ;;
    esac
    if command -v dnf >/dev/null; then
        elsewhere "sudo dnf install vagrant vagrant-libvirt libvirt-daemon-kvm"
    fi
    elsewhere "install Vagrant, and VirtualBox or libvirt"
fi

missing=""
need() { # need PACKAGE COMMAND…: the package is missing if the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

installed() { # installed PACKAGE
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1")" = installed ]
}

for_downloads() {
    need chromium command -v chromium # prints the PDF; in the tests, reads as a reader does
    need fonts-noto-cjk installed fonts-noto-cjk
    need pandoc command -v pandoc # makes the EPUB
}

need make command -v make
need python3-venv python3 -c 'import ensurepip, venv'
need mmdebstrap command -v mmdebstrap
need debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
need qemu-system-x86 command -v qemu-system-x86_64 # virtual machines; and for their disks:
need squashfs-tools-ng command -v tar2sqfs
need kmod env PATH="$PATH:/usr/sbin:/sbin" sh -c 'command -v depmod'
need nodejs command -v node # Zenn's own renderer, in the tests
need npm command -v npm     # that, and the diagrams of the site
[ "$(id -u)" -eq 0 ] || need uidmap command -v newuidmap # the guest image, built by a user

case ${1-} in
    "") ;;
    downloads) for_downloads ;;
    test)
        for_downloads
        need epubcheck command -v epubcheck
        need poppler-utils command -v pdftotext
        ;;
    reader)
        # The machine has what the guest has, in which the chapters' outputs were made …
        # shellcheck disable=SC2013  # words are what is wanted
        for package in $(sed 's/#.*//' "$here/harness/guest/packages"); do
            need "$package" installed "$package"
        done
        # … and what a person wants besides.
        for package in tmux man-db manpages-dev git bash-completion rustc cargo; do
            need "$package" installed "$package"
        done
        ;;
    *)
        echo "usage: provision.sh [downloads|test|reader]" >&2
        exit 2
        ;;
esac

if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing:$missing. Install with: sudo apt-get update &&" \
            "sudo apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    # shellcheck disable=SC2086  # one word a package
    apt-get install --quiet --yes --no-install-recommends $missing
fi

if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; then
    echo "Node.js $(node --version) is too old for Zenn's renderer, which the tests ask: it needs 18." \
        "Debian 12 and Ubuntu 24.04, and what came after them, have that." >&2
    exit 1
fi
