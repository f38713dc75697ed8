"""CPU-seconds of this process and of all that it starts, wherever that goes: counted by a cgroup.

Seconds by the clock say on a busy machine what its neighbours do. A cgroup's ``cpu.stat``
(Documentation/admin-guide/cgroup-v2.rst) has those of machines that were destroyed, too, for the
harness makes the cgroups of its machines below its own.
"""

import atexit
import os
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Figure = TypeVar("Figure")
Cost = tuple[float, float]  # CPU-seconds, seconds by the clock


def seconds(call: Callable[[], object]) -> float:
    """What a call takes by the clock."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def difference(after: Cost, before: Cost) -> Cost:
    return after[0] - before[0], after[1] - before[1]


def in_turn(ways: Mapping[str, Callable[[], Figure]], rounds: int) -> dict[str, list[Figure]]:
    """What each way gives, once a round: they share the machine's moods, and none always follows
    the same other, which may have left it work.
    """
    taken: dict[str, list[Figure]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            taken[name].append(ways[name]())
    return taken


class Meter:
    """Takes this process into a cgroup of its own, until it ends. Takes root."""

    def __init__(self) -> None:
        mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        points = [fields[4] for fields in mounts if fields[fields.index("-") + 1] == "cgroup2"]
        own = next(
            line.removeprefix("0::").strip("/")
            for line in Path("/proc/self/cgroup").read_text().splitlines()
            if line.startswith("0::")
        )
        if not points:
            raise SystemExit("CPU-seconds are counted by cgroup v2, which is not mounted here.")
        self._parent = Path(points[0], own)
        self._folder = self._parent / f"bench-{os.getpid()}"
        self._folder.mkdir()
        (self._folder / "cgroup.procs").write_text("0")
        atexit.register(self._leave)

    def now(self) -> Cost:
        """What has been used so far, and the time."""
        usage, *_ = (self._folder / "cpu.stat").read_text().split("\n", 1)
        return int(usage.removeprefix("usage_usec ")) / 1e6, time.perf_counter()

    def spent(self, call: Callable[[], object]) -> Cost:
        """What a call costs."""
        before = self.now()
        call()
        return difference(self.now(), before)

    def _leave(self) -> None:
        (self._parent / "cgroup.procs").write_text("0")
        self._folder.rmdir()
