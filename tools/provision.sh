#!/bin/sh
# Installs the Debian/Ubuntu packages that are missing, and says what is missing where it can't.
#
#   provision.sh           what setting up, verifying and building take (`make` calls it)
#   provision.sh downloads also what PDF and EPUB take (`make pdf` and `make epub` call it)
#   provision.sh test      also what the tests take (`make test` calls it)
#   provision.sh bench     also what the benchmarks take (`make bench` calls it)
#   provision.sh reader [CHAPTER…]  only what readers of the book type: the machine of the
#                          Vagrantfile, and the reader's machine of the harness; also what the front
#                          matter of these chapters asks for, as in docs/13-debug.md
#   provision.sh list [CHAPTER…]  installs nothing, lists what `reader` does (the harness asks)
#   provision.sh how PACKAGE…   installs nothing, says how that is done here (the harness asks)
#
# As root it installs; as another user it says what to install. A second run changes nothing.
# shellcheck disable=SC1111  # quotes of a sentence
set -eu

here=$(cd "$(dirname "$0")" && pwd)

has() { # has COMMAND
    command -v "$1" >/dev/null
}

how() { # how PACKAGE…: the end of a sentence that says what to type; only Debian's has the packages
    if has apt-get; then
        echo "run “sudo apt-get update && sudo apt-get install --no-install-recommends ${*}”"
        return
    fi
    make="make"
    [ "$(uname -m)" = x86_64 ] || make="sudo make" # no virtual machines in that one: namespaces
    verify="vagrant up && vagrant ssh -c 'cd /vagrant && ${make}'"
    if has dnf; then
        fedora="rsync vagrant vagrant-libvirt libvirt-daemon-kvm"
        first="run “sudo dnf install ${fedora} && sudo systemctl start libvirtd && ${verify}”"
    elif [ "$(uname -s)" = Darwin ] && has brew; then
        first="run “brew install --cask vagrant virtualbox && ${verify}”"
    else
        # VirtualBox 7.1 was the first for Apple silicon.
        first="install Vagrant and VirtualBox (7.1 or newer), then run “${verify}”"
    fi
    echo "use the virtual machine of the Vagrantfile, which is Debian: ${first}"
}

if [ "${1-}" = how ]; then
    shift
    how "$@"
    exit
fi

# The items below `packages:`, in one of YAML's two forms for a list.
of_chapter='
    /^---$/ && NR > 1 { exit }
    /^[^ ]/ { machine = /^machine:/ }
    machine && /^ +[a-z]+:/ { asked = /^ +packages:/ }
    machine && asked {
        sub(/ *#.*/, ""); sub(/^ +packages:/, ""); sub(/^ +- /, ""); gsub(/[][,"]/, " ")
        for (item = 1; item <= NF; item++) print $item
    }'

reader() { # reader [CHAPTER…]: a package a line
    # What the guest has, in which the chapters' outputs were made …
    sed 's/#.*//; s/ //g; /^$/d' "$here/harness/image/recipe/packages"
    sed -n '/^packages = \[/,/^\]/s/^ *"\([^"]*\)".*/\1/p' "$here/../pyproject.toml"
    # … and what a person wants besides.
    printf '%s\n' tmux man-db manpages-dev git bash-completion
    for chapter in "$@"; do
        awk "$of_chapter" "$chapter"
    done
}

if [ "${1-}" = list ]; then
    shift
    reader "$@"
    exit
fi

if ! has apt-get; then
    echo "The book is verified on Debian or Ubuntu, so $(how)." >&2
    exit 1
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

for_authors() {
    need make command -v make
    need python3-venv python3 -c 'import ensurepip, venv'
    need mmdebstrap command -v mmdebstrap
    need debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
    if [ "$(uname -m)" = x86_64 ]; then
        need qemu-system-x86 command -v qemu-system-x86_64 # virtual machines, which are x86-64's …
    fi
    need squashfs-tools-ng command -v tar2sqfs # … and their disks
    need kmod env PATH="$PATH:/usr/sbin:/sbin" sh -c 'command -v depmod'
    need nodejs command -v node # Zenn's own renderer, in the tests
    need npm command -v npm     # that, and the diagrams of the site
    [ "$(id -u)" -eq 0 ] || need uidmap command -v newuidmap # the guest image, built by a user
}

installs=${1-}
case $installs in
    "") for_authors ;;
    downloads)
        for_authors
        for_downloads
        ;;
    test)
        for_authors
        for_downloads
        need epubcheck command -v epubcheck
        need poppler-utils command -v pdftotext
        ;;
    bench)
        for_authors
        need chromium command -v chromium
        need bubblewrap command -v bwrap # what others make of namespaces
        ;;
    reader)
        shift
        packages=$(reader "$@")
        for package in $packages; do
            need "$package" installed "$package"
        done
        ;;
    *)
        echo "usage: provision.sh [downloads|test|bench|reader [CHAPTER…]|list [CHAPTER…]|how PACKAGE…]" >&2
        exit 2
        ;;
esac

if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        # shellcheck disable=SC2086  # one word a package
        echo "missing:$missing; $(how $missing)." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    # shellcheck disable=SC2086  # one word a package
    apt-get install --quiet --yes --no-install-recommends $missing
fi

if [ "$installs" != reader ] && ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; then
    echo "Node.js $(node --version) is too old for Zenn's renderer, which the tests ask: it needs 18." \
        "Debian 12 and Ubuntu 24.04, and what came after them, have that." >&2
    exit 1
fi
