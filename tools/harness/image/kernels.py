"""The kernels of virtual machines: Debian's packaged cloud kernels, fetched and not installed.

    ~/.cache/run-snippets/kernel-6.12/
        release             as uname(2) will give it
        vmlinuz             what QEMU boots
        modules.squashfs    all its modules, to be mounted on /usr/lib/modules
        early/              those needed before that, decompressed, in the order of loading

They come from the mirror that this host's apt uses, by an apt of our own: its lists and its
configuration lie in the cache, so that no suite is added to the host's (apt.conf(5), APT_CONFIG).
Signatures are checked with Debian's keyring. What the cache has is used as it is: backports
rotate, and a run must not depend on what the mirror has today. Remove the directory for another.
"""

import lzma
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from harness.image import MachineError, debian
from harness.image.debian import KEYRING, PATH, ZSTD, require, run
from harness.image.store import cache_directory, derive
from harness.plan.settings import version_of

EARLY = ("virtio_pci", "virtio_blk", "virtio_console", "squashfs", "overlay")
# Since 7.2 a kernel is split; those of a release that exist make it up.
PARTS = ("image", "binary", "modules", "base")
TOOLS = {
    "kmod": "depmod",
    "squashfs-tools-ng": "gensquashfs",
    "dpkg": "dpkg-deb",
    "apt": "apt-get",
}
APT_CONF = """\
Dir::State "{directory}/state";
Dir::State::status "{directory}/status";
Dir::Cache "{directory}/cache";
Dir::Etc::sourcelist "{directory}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
"""


@dataclass(frozen=True)
class Source:
    """Where a kernel comes from: the newest package of `suite` that the glob `package` fits."""

    package: str
    suite: str


KERNELS = {
    "6.1": Source("linux-image-6.1.*-cloud-{architecture}", "bookworm"),
    "6.12": Source("linux-image-6.12.*-cloud-{architecture}", "trixie"),
    "6.18": Source("linux-image-6.18.*-cloud-{architecture}", "trixie-backports"),
    "7": Source("linux-image-7.*-cloud-{architecture}", "trixie-backports"),
}


def fitting(wanted: SpecifierSet, default: str) -> str | None:
    """The name of the table that is to run what wants such a kernel: `default` if that will do,
    else the newest; None if none will."""
    fit = [name for name in KERNELS if _newest(name) in wanted]
    return default if default in fit else max(fit, key=_newest, default=None)


def is_anywhere(wanted: SpecifierSet) -> bool:
    """Whether Debian or this host has a kernel for what wants such a one."""
    return fitting(wanted, "") is not None or version_of(os.uname().release) in wanted


def _newest(series: str) -> Version:
    """Later than any of its series: ``6.12`` has 6.12.48, ``7`` has 7.3."""
    return Version(f"{series}.99999")


@dataclass(frozen=True)
class Kernel:
    """A kernel in the cache."""

    name: str
    directory: Path

    @property
    def release(self) -> str:
        return (self.directory / "release").read_text()

    @property
    def vmlinuz(self) -> Path:
        return self.directory / "vmlinuz"

    @property
    def modules(self) -> Path:
        return self.directory / "modules.squashfs"

    @property
    def early(self) -> tuple[Path, ...]:
        return tuple(sorted((self.directory / "early").iterdir()))


def ensure(name: str, progress: Callable[[str], None]) -> Kernel:
    """The kernel `name` of the table, fetched now if the cache doesn't have it.

    :raises MachineError: it isn't in the table; a tool is missing; the mirror can't be reached or
        has no such kernel.
    """
    if name not in KERNELS:
        raise MachineError(f"There is no kernel {name}; choose of {', '.join(KERNELS)}.")
    directory = derive(
        cache_directory(), f"kernel-{name}", lambda target: fetch(name, target), progress
    )
    return Kernel(name, directory)


def fetch(name: str, target: Path) -> None:
    """Fill the new directory `target` with the kernel `name`."""
    require(f"Kernel {name} can't be fetched", TOOLS, KEYRING)
    target.mkdir()
    work = target / "work"
    packages = download(KERNELS[name], work)
    for package in packages:
        run("dpkg-deb", "-x", package, work / "root")
    # Split kernels have vmlinuz among the modules; older packages have lib for usr/lib.
    (found,) = (work / "root").glob("**/lib/modules/*")
    (vmlinuz,) = (work / "root").glob("**/vmlinuz*")
    vmlinuz.rename(target / "vmlinuz")
    release = found.name
    modules = work / "modules/lib/modules"  # where depmod(8) of every age looks
    modules.mkdir(parents=True)
    found.rename(modules / release)
    run("depmod", "-b", work / "modules", release, environment={"PATH": PATH})
    take_early(work / "modules", release, target / "early")
    squash = ("gensquashfs", "--quiet", "--all-root", *ZSTD)
    run(*squash, "-D", modules, target / "modules.squashfs")
    (target / "release").write_text(release)
    shutil.rmtree(work)


def download(source: Source, work: Path) -> list[Path]:
    """Fetch the packages of a kernel into the new directory `work`, checked by apt."""
    for name in ("state/lists/partial", "cache/archives/partial", "deb", "root"):
        (work / name).mkdir(parents=True)
    (work / "status").touch()
    architecture = debian.output_of("dpkg", "--print-architecture").strip()
    (work / "sources.list").write_text(
        f"deb [signed-by={KEYRING}] {debian.mirror()} {source.suite} main\n"
    )
    (work / "apt.conf").write_text(APT_CONF.format(directory=work, architecture=architecture))
    apt = {"APT_CONFIG": str(work / "apt.conf")}
    run("apt-get", "--quiet", "--error-on=any", "update", environment=apt)
    known = subprocess.run(
        ["apt-cache", "pkgnames", "linux-"],
        env=os.environ | apt, capture_output=True, encoding="utf-8", check=True,
    ).stdout.split()  # fmt: skip
    newest = newest_of(source.package.format(architecture=architecture), known)
    if newest is None:
        raise MachineError(f"The mirror has no {source.package} in {source.suite} (any more).")
    release = newest.removeprefix("linux-image-")
    packages = [f"linux-{part}-{release}" for part in PARTS if f"linux-{part}-{release}" in known]
    # As root, apt would take another user's rights to write here (APT::Sandbox::User above).
    download = ("apt-get", "--quiet", "download", *packages)
    run("env", "-C", work / "deb", *download, environment=apt)
    return sorted((work / "deb").glob("*.deb"))


def newest_of(glob: str, names: list[str]) -> str | None:
    """The name with the highest version of those that `glob` fits."""
    pattern = re.compile(re.escape(glob).replace(r"\*", r"[^-]+(?:-\d+)?"))
    fitting = [name for name in names if pattern.fullmatch(name)]
    return max(fitting, key=lambda name: [int(n) for n in re.findall(r"\d+", name)], default=None)


def take_early(root: Path, release: str, target: Path) -> None:
    """Put the modules EARLY and those they need into `target`, numbered as they must be loaded.

    `root` has lib/modules/`release`, as depmod(8) leaves it.
    """
    # With nothing of this host's modprobe.d(5), which may forbid a file system.
    command = ["modprobe", "-C", "/dev/null", "-d", str(root), "-S", release, "--show-depends"]
    said = subprocess.run(
        [*command, "-a", *EARLY],
        env=os.environ | {"PATH": PATH}, capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    # “insmod FILE”; what others need, too, comes again, and what is built in is “builtin NAME”.
    files = dict.fromkeys(re.findall(r"^insmod (\S+)", said, re.MULTILINE))
    target.mkdir()
    for number, path in enumerate(map(Path, files)):
        data = path.read_bytes()
        data = lzma.decompress(data) if path.suffix == ".xz" else data
        (target / f"{number:02}-{path.name.removesuffix('.xz')}").write_bytes(data)
