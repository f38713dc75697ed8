"""The image of the reader's machine: a Debian as one installs it, with systemd and a disk.

Its packages are what `tools/provision.sh reader` installs in the Vagrantfile's machine, those of a
chapter among them (`machine:` in its front matter), on top of those of any Debian
(`recipe/reader/packages`). The script itself is run in the image, and finds nothing missing. There
is no trace of the harness in it but how a shell prompts where the harness
types (`recipe/files/etc/profile.d/guest.sh`).

    ~/.cache/run-snippets/reader-<key>/system/
        disk                an ext4 file system, sparse
        vmlinuz, initrd     what it boots from, as its own /boot has them
        release             of that kernel, as uname(2) gives it
        software.json       see `Image.software`
"""

import json
import os
import tempfile
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.image import MachineError, debian, store
from harness.image.debian import PATH, PROVISION, require, run
from harness.image.image import RECIPE, SOURCE_DATE_EPOCH, Image, Recipe, build, read_recipe
from zenn.book import Guest

DISK = "8G"  # of which it takes what is written
OPTIONS = (
    "--variant=important",
    "--format=tar",
    "--components=main",
    "--aptopt=APT::Install-Recommends false",
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale")),
)
# Of the guest's files those that a Debian doesn't have by itself, or that the harness needs.
SHARED = ("etc/hosts", "etc/resolv.conf", "etc/sudoers.d/guest", "setup-book")
# The two that are for terminals that the harness types into, and what says that it is none.
PROMPT = "etc/profile.d/guest.sh"
NO_PROMPT = b'[ "${TERM-dumb}" = dumb ] || return 0\n'
REPL = "etc/python3.13/sitecustomize.py"
NO_REPL = "import os\n\nif os.environ.get('TERM', 'dumb') == 'dumb':\n"
# Where the Vagrantfile has this repository.
SYNCED = "vagrant"
# As root, of whom the files are: in a user namespace, where the caller isn't.
MAKE_DISK = """\
set -eu
mkdir root
tar --extract --file image.tar --directory root --numeric-owner --same-owner \\
    --preserve-permissions --xattrs --xattrs-include='*' --exclude='./dev/*'
mke2fs -q -t ext4 -E assume_storage_prezeroed=1 -d root disk "$1"
cp root/boot/vmlinuz-* vmlinuz
cp root/boot/initrd.img-* initrd
ls root/usr/lib/modules | tr -d '\\n' > release
rm -rf root image.tar
"""


@dataclass(frozen=True)
class System:
    """A built image of the reader's machine."""

    key: str
    directory: Path

    @property
    def disk(self) -> Path:
        return self.directory / "disk"

    @property
    def vmlinuz(self) -> Path:
        return self.directory / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.directory / "initrd"

    @property
    def release(self) -> str:
        """Of its kernel, as uname(2) gives it."""
        return (self.directory / "release").read_text()

    def software(self) -> Mapping[str, str]:
        """See `Image.software`."""
        versions: dict[str, str] = json.loads((self.directory / "software.json").read_text())
        return versions


def ensure(guest: Guest, progress: Callable[[str], None]) -> System:
    """The image of a book's reader, built now if the cache doesn't have it (some minutes).

    :raises MachineError: a tool is missing, or the build fails.
    """
    recipe = recipe_of(guest)
    directory = store.cache_directory() / f"reader-{recipe.key}"

    def say(line: str) -> None:
        progress(f"the reader's machine: {line}")

    def make(target: Path) -> None:
        require("The reader's machine can't be made", {"e2fsprogs": "mke2fs", "tar": "tar"})
        target.mkdir()
        image = Image(recipe.key, target)
        build(recipe, image.tarball, say)
        image.software()
        say("making its disk")
        become_root = () if os.geteuid() == 0 else ("unshare", "--map-auto", "--map-root-user")
        run(
            *("env", "-C", target, *become_root, "sh", "-c", MAKE_DISK, "sh", DISK),
            environment={"PATH": PATH, "E2FSPROGS_FAKE_TIME": str(SOURCE_DATE_EPOCH)},
        )

    system = System(recipe.key, store.derive(directory, "system", make))
    store.used(directory)
    return system


def recipe_of(guest: Guest) -> Recipe:
    """The recipe of the reader's machine of a book."""
    shared = {path: data for path, _, data in read_recipe(guest).files}
    own = read_recipe(guest, RECIPE / "reader")
    files = [*own.files, *((path, False, shared[path]) for path in SHARED)]
    files.append((PROMPT, False, NO_PROMPT + shared[PROMPT]))
    repl = NO_REPL + textwrap.indent(shared[REPL].decode(), "    ")
    files.append((REPL, False, repl.encode()))
    synced = provisioning(guest)
    files += [(f"{SYNCED}/{path}", path.endswith(".sh"), data) for path, data in synced.items()]
    packages = {*own.packages, *provisioned(synced)}
    return Recipe(
        own.suite, own.architecture, OPTIONS, tuple(sorted(packages)), tuple(sorted(files))
    )


def provisioning(guest: Guest) -> dict[str, bytes]:
    """`provision.sh` and the two lists that it reads, by their paths in a repository.

    Of pyproject.toml there is only the list, so that nothing else of it makes another image.
    """
    listed = "".join(f'    "{name}",\n' for name in guest.packages)
    return {
        "tools/provision.sh": PROVISION.read_bytes(),
        "tools/harness/image/recipe/packages": (RECIPE / "packages").read_bytes(),
        "pyproject.toml": f"packages = [\n{listed}]\n".encode(),
    }


def provisioned(files: Mapping[str, bytes]) -> list[str]:
    """The Debian packages that the provisioning of `files` takes, as the script itself says."""
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        listed = debian.output_of("/bin/sh", f"{folder}/tools/provision.sh", "list").split()
    if not listed:
        raise MachineError(f"{PROVISION} lists no package.")
    return listed
