"""The guest image: one Debian for every machine, built once from a recipe and kept in the cache.

The recipe is `recipe/` with what a book says of its guest: `packages` (a Debian package a line)
and the book's, `files/` (copied over the root directory) and `customize` (run in it at the end,
with the book's names in `names`, and its own `setup/`). The image is one tarball, from which each
kind of machine derives what it needs: `rootfs/` for `namespaces`, a squashfs for `qemu`.

    ~/.cache/run-snippets/image-<key>/
        image.tar       deterministic: SOURCE_DATE_EPOCH (see mmdebstrap(1))
        rootfs/         the same, unpacked by root
"""

import hashlib
import io
import json
import os
import platform
import shlex
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.image import MachineError, debian, store
from harness.image.debian import ZSTD, require, run
from zenn.book import Guest

SOURCE_DATE_EPOCH = 1767225600  # 2026-01-01; no file of the image is newer
RECIPE = Path(__file__).parent / "recipe"
# What programs print depends on the versions of these, where the image has them.
TELLING = (
    *("bash", "coreutils", "libc6", "util-linux", "procps", "sudo", "strace"),
    *("iproute2", "nftables", "bpftrace", "python3", "gcc", "rustc"),
    *("systemd", "systemd-container", "bubblewrap", "crun", "runc", "podman", "docker.io"),
)


@dataclass(frozen=True)
class Recipe:
    """All that decides what is in the image: two equal recipes make the same image."""

    suite: str
    architecture: str
    options: tuple[str, ...]  # of mmdebstrap
    packages: tuple[str, ...]
    files: tuple[tuple[str, bool, bytes], ...]  # path from the root, executable, content

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits, the same for the same recipe."""
        files = [(path, mode, hashlib.sha256(data).hexdigest()) for path, mode, data in self.files]
        parts = (self.suite, self.architecture, SOURCE_DATE_EPOCH, self.options, self.packages)
        return hashlib.sha256(json.dumps([*parts, files]).encode()).hexdigest()[:16]

    @property
    def overlay(self) -> bytes:
        """A tarball of `files`, owned by root, to be unpacked over the new root directory."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for path, executable, data in self.files:
                member = tarfile.TarInfo("./" + path)
                member.mode = 0o755 if executable else 0o644
                member.mtime = SOURCE_DATE_EPOCH
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return buffer.getvalue()


@dataclass(frozen=True)
class Image:
    """A built image: its recipe's key and the directory that holds all its forms."""

    key: str
    directory: Path

    @property
    def tarball(self) -> Path:
        """The canonical form: a tar archive with owners, modes and extended attributes."""
        return self.directory / "image.tar"

    def rootfs(self, progress: Callable[[str], None] = lambda line: None) -> Path:
        """The image as a directory; unpacked at first use, which takes root.

        :raises MachineError: the process is not root, or tar(1) fails.
        """
        return self.derive("rootfs", self._unpack, progress)

    def derive(
        self,
        name: str,
        build: Callable[[Path], object],
        progress: Callable[[str], None] = lambda line: None,
    ) -> Path:
        """`directory`/`name`, made by `build(path)` if it isn't there yet; see `store.derive`."""
        return store.derive(
            self.directory, name, build, lambda line: progress(f"guest image: {line}")
        )

    def squashfs(self, progress: Callable[[str], None] = lambda line: None) -> Path:
        """The image as a file system for virtual machines; takes no root.

        :raises MachineError: tar2sqfs(1) is missing, or fails.
        """
        return self.derive("image.squashfs", self._squash, progress)

    def busybox(self) -> Path:
        """The image's statically linked busybox(1), for the initramfs of virtual machines."""
        return self.derive("busybox", self._take_busybox)

    def software(self) -> Mapping[str, str]:
        """Versions by Debian package, as dpkg gives them; Debian's own is that of ``debian``."""
        found = self.derive("software.json", self._list_software)
        versions: dict[str, str] = json.loads(found.read_text())
        return versions

    def _squash(self, target: Path) -> None:
        require("The image can't be made a file system", {"squashfs-tools-ng": "tar2sqfs"})
        with open(self.tarball, "rb") as tarball:
            run("tar2sqfs", "--quiet", *ZSTD, target, stdin=tarball)

    def _take_busybox(self, target: Path) -> None:
        (data,) = self._read("./usr/bin/busybox")
        target.write_bytes(data)
        target.chmod(0o755)

    def _list_software(self, target: Path) -> None:
        release, status = self._read("./etc/debian_version", "./var/lib/dpkg/status")
        versions = {"debian": release.decode().strip()}
        for paragraph in status.decode().split("\n\n"):
            fields = dict(line.partition(": ")[::2] for line in paragraph.split("\n"))
            if fields.get("Package") in TELLING:
                versions[fields["Package"]] = fields["Version"]
        target.write_text(json.dumps(versions))

    def _read(self, *names: str) -> list[bytes]:
        """What is in these files of the tarball."""
        found = {}
        with tarfile.open(self.tarball) as tar:
            for member in tar:
                if member.name in names and (file := tar.extractfile(member)):
                    found[member.name] = file.read()
        return [found[name] for name in names]

    def _unpack(self, target: Path) -> None:
        if os.geteuid() != 0:
            raise MachineError("Only root can unpack the guest image with its owners: use sudo.")
        target.mkdir(mode=0o755)
        run(
            *("tar", "--extract", "--file", self.tarball, "--directory", target),
            *("--numeric-owner", "--same-owner", "--preserve-permissions"),
            *("--xattrs", "--xattrs-include=*"),
        )


def ensure(guest: Guest, progress: Callable[[str], None]) -> Image:
    """A book's image by today's recipe, built now if the cache doesn't have it (about a minute).

    `progress` is given one line for each stage of the build.

    :raises MachineError: a tool is missing, or the build fails.
    """
    recipe = read_recipe(guest)
    image = Image(recipe.key, store.cache_directory() / f"image-{recipe.key}")

    def make(target: Path) -> None:
        build(recipe, target, lambda line: progress(f"guest image: {line}"))

    image.derive("image.tar", make, progress)
    store.used(image.directory)
    return image


def build(recipe: Recipe, target: Path, progress: Callable[[str], None]) -> None:
    """Make the tarball `target` by the recipe; MachineError as `ensure`."""
    debian.check_tools()
    with tempfile.NamedTemporaryFile(suffix=".tar") as overlay:
        overlay.write(recipe.overlay)
        overlay.flush()
        debian.mmdebstrap(
            [
                *recipe.options,
                f"--include={','.join(recipe.packages)}",
                f"--customize-hook=tar-in {overlay.name} /",
                '--customize-hook=chroot "$1" /customize',
            ],
            recipe.suite,
            target,
            SOURCE_DATE_EPOCH,
            progress,
        )


def read_recipe(guest: Guest, directory: Path = RECIPE) -> Recipe:
    """The recipe of `directory` for a book's guest, for the architecture of this host."""
    lines = (directory / "packages").read_text().splitlines()
    ours = filter(None, (line.partition("#")[0].strip() for line in lines))
    root = directory / "files"
    found = [(path.relative_to(root), path) for path in root.rglob("*") if path.is_file()]
    found.append((Path("customize"), directory / "customize"))
    files = [(str(name), os.access(path, os.X_OK), path.read_bytes()) for name, path in found]
    names = f"user={shlex.quote(guest.user)}\nhost={shlex.quote(guest.host)}\n"
    files.append(("names", False, names.encode()))
    files += [(f"setup/{name}", executable, data) for name, executable, data in guest.setup]
    packages = tuple(sorted({*ours, *guest.packages}))
    return Recipe(guest.suite, platform.machine(), debian.OPTIONS, packages, tuple(sorted(files)))
