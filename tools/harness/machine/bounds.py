"""The bounds of a machine: a cgroup of its own in every hierarchy that can bound something.

Works with cgroup v2, with v1 and with the mixture of both; cgroups(7). For a machine of namespaces
it is the root of its cgroup namespace, so that there is one in v2 even if it bounds nothing.
"""

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.guest.world import DEVICES, PROCESSES, read, remove_cgroup

MEMORY = 1536 << 20  # bytes, including what lies in the machine's tmpfs
NICE = os.getpriority(os.PRIO_PROCESS, 0)  # of who makes machines; nothing in one shows it
# With the PID namespace in which the number that follows is a process: hierarchies are shared by
# containers that each have one of their own.
PREFIX = f"run-snippets-{os.stat('/proc/self/ns/pid').st_ino}-"

# What may be opened in a machine, of cgroup v1: its own /dev, and terminals. A devtmpfs that it
# mounts has all devices of the host.
OWN_DEVICES = (*DEVICES.values(), (5, 2), (136, "*"))
LIMITS_V1 = {
    "devices": [
        ("devices.deny", "a"),
        *(("devices.allow", f"c {major}:{minor} rwm") for major, minor in OWN_DEVICES),
    ],
    "pids": [("pids.max", str(PROCESSES))],
    "memory": [("memory.limit_in_bytes", str(MEMORY))],
    "cpu": [("cpu.shares", str(max(2, round(1024 / 1.25**NICE))))],  # sched(7): 1.25 a step
}
LIMITS_V2 = {
    "pids": [("pids.max", str(PROCESSES))],
    "memory": [("memory.max", str(MEMORY)), ("memory.swap.max", "0")],
    "cpu": [("cpu.weight.nice", str(NICE))],
}
serial = itertools.count()


@dataclass(frozen=True)
class Hierarchy:
    """A mounted cgroup hierarchy: machines get their cgroups under `parent`."""

    parent: Path
    controllers: frozenset[str]  # those of the limits that bound a machine here
    unified: bool


@dataclass(frozen=True)
class Bounds:
    """The cgroups of one machine, by its hierarchies."""

    # v1: the machine's init has to move itself there. What bounds it is the cgroup above, for one
    # that it sees, as the root of its cgroup namespace, it could write to.
    joined: tuple[Path, ...]
    born: Path | None  # v2: clone3 puts it there

    def join(self) -> None:
        """Move the calling process into its cgroups ("0" is oneself)."""
        for directory in self.joined:
            write(directory / "cgroup.procs", "0")

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process for the memory bound."""
        v1 = (one for joined in self.joined for one in (joined, joined.parent))
        files = [directory / "memory.oom_control" for directory in v1]
        files += [self.born / "memory.events"] if self.born else []
        return any("oom_kill " in text and "oom_kill 0" not in text for text in map(read, files))

    def remove(self) -> None:
        """Remove the cgroups, with those that the machine has made in them."""
        v1 = (joined.parent for joined in self.joined)
        for directory in (*v1, *([self.born] if self.born else [])):
            remove_cgroup(directory)


def hierarchies() -> tuple[Hierarchy, ...]:
    """What of cgroups this process can use, from /proc/self/mountinfo and /proc/self/cgroup."""
    own = dict(own_cgroups(Path("/proc/self/cgroup").read_text()))
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        kind, _, options = rest.split(" ", 2)
        root, point = fields.split(" ")[3:5]
        if kind == "cgroup2" and "" in own:
            found.append(unified(Path(point), below(point, root, own[""])))
        for name in set(options.split(" ")[-1].split(",")) & set(LIMITS_V1):
            if kind == "cgroup" and name in own:
                parent = below(point, root, own[name])
                found.append(Hierarchy(parent, frozenset({name}), unified=False))
    usable = [one for one in found if os.access(one.parent, os.W_OK)]
    return tuple({one.parent: one for one in usable}.values())


def own_cgroups(text: str) -> Iterator[tuple[str, str]]:
    """(controller, path) of each line of /proc/PID/cgroup; the controller of v2 is ""."""
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def below(mount_point: str, root: str, path: str) -> Path:
    """The directory of cgroup `path` in a hierarchy whose `root` is mounted on `mount_point`."""
    return Path(mount_point) / os.path.relpath(path, root)


def unified(mount_point: Path, own: Path) -> Hierarchy:
    """The cgroup v2 hierarchy, with the nearest parent that hands its controllers on.

    A cgroup that holds processes can't (“no internal processes”, cgroups(7)), so that this is
    some ancestor of `own`, where there is one.
    """
    for parent in (own, *own.parents):
        controllers = set(read(parent / "cgroup.subtree_control").split())
        if {"pids", "memory"} <= controllers:
            return Hierarchy(parent, frozenset(controllers & set(LIMITS_V2)), unified=True)
        if parent == mount_point:
            break
    return Hierarchy(own, frozenset(), unified=True)


def unbounded(among: tuple[Hierarchy, ...]) -> set[str]:
    """Those of "pids" and "memory" that this host can't bound."""
    return {"pids", "memory"}.difference(*(one.controllers for one in among))


def create(among: tuple[Hierarchy, ...], also: Iterable[tuple[int, int]] = ()) -> Bounds:
    """New cgroups for one machine, which may `also` open these devices."""
    name = f"{PREFIX}{os.getpid()}-{next(serial)}"
    joined, born = [], None
    for one in among:
        directory = one.parent / name
        directory.mkdir()
        for file, value in limits_of(one):
            with suppress(FileNotFoundError):  # memory.swap.max: only where swap is accounted
                write(directory / file, value)
        for major, minor in also if "devices" in one.controllers else ():
            write(directory / "devices.allow", f"c {major}:{minor} rwm")
        if one.unified:
            born = directory
        else:
            joined.append(directory / "machine")
            joined[-1].mkdir()
    return Bounds(tuple(joined), born)


def limits_of(hierarchy: Hierarchy) -> Iterator[tuple[str, str]]:
    """The files of a machine's cgroup in `hierarchy`, and what goes into them."""
    limits = LIMITS_V2 if hierarchy.unified else LIMITS_V1
    for controller in sorted(hierarchy.controllers):
        yield from limits[controller]


def sweep(among: tuple[Hierarchy, ...]) -> None:
    """Remove what is left of zygotes that were killed; the kernel keeps those still in use."""
    for one in among:
        for directory in one.parent.glob(f"{PREFIX}*"):
            owner = directory.name.removeprefix(PREFIX).partition("-")[0]
            if not Path("/proc", owner).exists():
                with suppress(OSError):
                    remove_cgroup(directory)


def write(path: Path, text: str) -> None:
    """Write `text` into a file of the kernel in one write(2)."""
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())
