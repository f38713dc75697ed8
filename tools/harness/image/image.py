"""The guest image: one Debian for every machine, built once from a recipe and kept in the cache.

The recipe is `guest/`: `packages` (a Debian package a line), `files/` (copied over the root
directory) and `customize` (run in it at the end). The image is one tarball, from which each
kind of machine derives what it needs: `rootfs/` for `namespaces`, a squashfs for `qemu`.

    ~/.cache/namespace-book/image-<key>/
        image.tar       deterministic: SOURCE_DATE_EPOCH (see mmdebstrap(1))
        rootfs/         the same, unpacked by root

Whoever builds or derives holds the directory's lock (`atomic.locked`). Everything is built under
another name and renamed when it is whole, so that what has its final name can be used without a
look inside.
"""

import hashlib
import io
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import atomic
from harness.image import debian as bootstrap
from harness.image.debian import ImageError, run
from harness.image.install import how_to_install

__all__ = [
    "Image",
    "ImageError",
    "Recipe",
    "cache_directory",
    "derive",
    "ensure",
    "read_recipe",
]

SUITE = "trixie"
SOURCE_DATE_EPOCH = 1767225600  # 2026-01-01; no file of the image is newer
GUEST = Path(__file__).parent / "recipe"


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

        :raises ImageError: the process is not root, or tar(1) fails.
        """
        return self.derive("rootfs", self._unpack, progress)

    def derive(
        self,
        name: str,
        build: Callable[[Path], None],
        progress: Callable[[str], None] = lambda line: None,
    ) -> Path:
        """`directory`/`name`, made by `build(path)` if it isn't there yet; see `derive` below."""
        return derive(self.directory, name, build, lambda line: progress(f"guest image: {line}"))

    def squashfs(self, progress: Callable[[str], None] = lambda line: None) -> Path:
        """The image as a file system for virtual machines; takes no root.

        :raises ImageError: tar2sqfs(1) is missing, or fails.
        """
        return self.derive("image.squashfs", self._squash, progress)

    def busybox(self) -> Path:
        """The image's statically linked busybox(1), for the initramfs of virtual machines."""
        return self.derive("busybox", self._take_busybox)

    def _squash(self, target: Path) -> None:
        if not shutil.which("tar2sqfs"):
            package = "squashfs-tools-ng"
            raise ImageError(
                f"The image can't be made a file system without {package}: "
                f"{how_to_install(package)}."
            )
        # Level 4 of zstd takes two seconds, the default three quarters of a minute for 11 %.
        command = ["tar2sqfs", "--quiet", "--compressor", "zstd", "--comp-extra", "level=4"]
        with open(self.tarball, "rb") as tarball:
            run([*command, str(target)], {}, lambda line: None, tarball)

    def _take_busybox(self, target: Path) -> None:
        with tarfile.open(self.tarball) as tar:
            member = next(one for one in tar if one.name.endswith("/bin/busybox") and one.isreg())
            data = tar.extractfile(member)
            assert data is not None
            target.write_bytes(data.read())
        target.chmod(0o755)

    def _unpack(self, target: Path) -> None:
        if os.geteuid() != 0:
            raise ImageError("Only root can unpack the guest image with its owners: use sudo.")
        target.mkdir(mode=0o755)
        command = ["tar", "--extract", "--file", str(self.tarball), "--directory", str(target)]
        command += ["--numeric-owner", "--same-owner", "--preserve-permissions"]
        command += ["--xattrs", "--xattrs-include=*"]
        run(command, {}, lambda line: None)


def derive(
    directory: Path,
    name: str,
    build: Callable[[Path], None],
    progress: Callable[[str], None] = lambda line: None,
) -> Path:
    """`directory`/`name`, made by `build(path)` if it isn't there yet.

    One process builds, the others wait; what `build` leaves behind when it fails or is
    killed is removed before the next attempt.
    """
    directory.mkdir(parents=True, exist_ok=True)
    final, partial = directory / name, directory / f"{name}.part"
    if final.exists():
        return final
    with atomic.locked(directory):
        if final.exists():
            return final
        remove(partial)
        progress(f"making {name}")
        build(partial)
        os.sync()  # the data before the name: a crash must not leave an empty whole
        partial.rename(final)
    return final


def ensure(progress: Callable[[str], None]) -> Image:
    """The image of today's recipe, built now if the cache doesn't have it (about a minute).

    `progress` is given one line for each stage of the build.

    :raises ImageError: a tool is missing, or the build fails.
    """
    recipe = read_recipe()
    image = Image(recipe.key, cache_directory() / f"image-{recipe.key}")
    image.directory.mkdir(parents=True, exist_ok=True)
    image.derive("image.tar", lambda target: build(recipe, target, progress), progress)
    return image


def build(recipe: Recipe, target: Path, progress: Callable[[str], None]) -> None:
    """Make the tarball `target` by the recipe; ImageError as `ensure`."""
    bootstrap.check_tools()
    with tempfile.NamedTemporaryFile(suffix=".tar") as overlay:
        overlay.write(recipe.overlay)
        overlay.flush()
        bootstrap.mmdebstrap(
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


def read_recipe(guest: Path = GUEST) -> Recipe:
    """The recipe of the directory `guest`, for the architecture of this host."""
    lines = (guest / "packages").read_text().splitlines()
    packages = tuple(sorted(filter(None, (line.partition("#")[0].strip() for line in lines))))
    root = guest / "files"
    found = [(path.relative_to(root), path) for path in root.rglob("*") if path.is_file()]
    found.append((Path("customize"), guest / "customize"))
    files = tuple(
        (str(name), os.access(path, os.X_OK), path.read_bytes()) for name, path in sorted(found)
    )
    return Recipe(SUITE, platform.machine(), bootstrap.OPTIONS, packages, files)


def cache_directory() -> Path:
    """Where this project keeps what it builds: `$XDG_CACHE_HOME/namespace-book`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "namespace-book"


def remove(path: Path) -> None:
    """Delete a file or a whole directory, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> int:
    """`python -m harness.image.image`: build the image and print its directory."""
    from rich.console import Console

    console = Console(stderr=True)
    try:
        if console.is_terminal:
            with console.status("guest image") as status:
                image = ensure(status.update)
        else:
            image = ensure(lambda line: print(line, file=sys.stderr, flush=True))
    except ImageError as error:
        print(error, file=sys.stderr)
        return 3
    print(image.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
