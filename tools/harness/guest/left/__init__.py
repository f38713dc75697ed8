"""What is not as it was? The machine is looked at when a scenario begins, and again at its end.

What differs then has been left behind: a mount, a setting, a process, a shell that is still open.
The reader who goes on has it, too. What is cheap to look at is looked at before every step as well,
so that it is known which one did it; of a file its time says so, and a setting is followed from
when its name is typed, or stands in a file that is put.

What everybody leaves behind is no finding: what is new in a home directory, in /tmp and where
programs keep caches and logs; what goes with something else that is told (the addresses of a new
device, what lies in a new directory); counters; a module that the kernel has loaded by itself.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NamedTuple

from harness.guest.left.files import CHANGED, GONE, Files
from harness.guest.left.kernel import Kernel
from harness.guest.left.settings import Settings
from harness.guest.left.terminals import Terminals
from harness.guest.left.watch import Items, Watch, changes
from harness.guest.proc import Proc
from harness.guest.terminal import Terminal

GRACE = 1.0  # seconds; a kernel ends processes, devices and cgroups when it comes to it
PAUSE = 0.02  # seconds between two looks meanwhile
MOST, LONGEST = 50, 200  # things that are told, letters of one
MOST_WORDS = 100_000
_LOADED = re.compile(r"\b(?:modprobe|insmod)\s+(?:-\S+\s+)*(?:\S*/)?([\w-]+)")
_WORD = re.compile(r"[A-Za-z_][\w-]*")


class Made(NamedTuple):
    """What a machine was made of: a descriptor of what is written over its image, and `signs` of
    its files (`files.signs`), if it has one; and where it shares its kernel, the settings of a
    fresh one (`settings.of_fresh_network`).
    """

    upper: int | None = None
    signs: Mapping[str, str] = MappingProxyType({})
    settings: Items | None = None


class Leftovers:
    """What a scenario leaves behind, compared with how its machine was at `begin`."""

    def __init__(self, proc: Proc, terminals: Mapping[str, Terminal], made: Made) -> None:
        self._words: set[str] = set()
        self._modules: set[str] = set()  # that were asked for
        self._files = Files(made.upper, made.signs)
        self._settings = Settings(proc, made.settings)
        self._terminals = Terminals(proc, terminals)
        kernel = Kernel(
            proc, made.settings is None, self._terminals.owns, self._words, self._modules
        )
        self._watches = (
            Watch(self._terminals.look),  # first: they decide which processes are told
            *kernel.watches(),
            Watch(self._settings.followed),
            *self._files.watches(),
        )
        self._before: Items = {}
        self._blamed: dict[str, int] = {}  # the line that has last changed what
        self._ends: list[tuple[float, int]] = []  # when which line's step had ended
        self._line = 0

    def begin(self) -> None:
        """Compare with what there is now."""
        self._look()
        self._begin(self._all() | self._settings.first())

    def _begin(self, before: Items) -> None:
        self._before = before
        self._blamed.clear()
        self._ends.clear()

    def accept(self, kind: str) -> None:
        """Compare what is named so with what there is now: a terminal that has been opened, say."""
        self._look()
        self._before |= {name: how for name, how in self._seen().items() if name.startswith(kind)}

    def shells(self) -> set[int]:
        """The processes that terminals were opened with."""
        return self._terminals.shells()

    def follow(self, text: str) -> None:
        """Know the words of a text: they may name what changes."""
        new = set(_WORD.findall(text)) - self._words
        if new and len(self._words) < MOST_WORDS:
            self._words |= new
            self._settings.follow(new)
            self._modules.update(one.replace("-", "_") for one in _LOADED.findall(text))

    def step(self, line: int, text: str) -> None:
        """The step at this line of the chapter is about to type or put `text`."""
        if line != self._line:
            self._look()
            self._line = line
        self.follow(text)

    def tell(self, wait: Callable[[float], object]) -> list[tuple[int, str]]:
        """What has been left behind, by the line of the step that did it; then begin anew.

        What is on its way out is given its time, with `wait`.
        """
        deadline = time.monotonic() + GRACE
        self._look()
        while any(told(self._before, self._before | self._seen())) and time.monotonic() < deadline:
            wait(PAUSE)
            self._look()
        before, after = self._before, self._all() | self._settings.all()
        found = [
            (self._blame(name), phrase(name, before.get(name), after.get(name)))
            for name in told(before, after)
        ]
        self._begin(after)
        return sorted(found)[:MOST]

    def _look(self) -> None:
        for watch in self._watches:
            before = watch.items
            after = watch.again()
            if after is not before:
                self._blamed |= dict.fromkeys(changes(before, after), self._line)
        self._ends.append((time.clock_gettime(time.CLOCK_REALTIME), self._line))

    def _seen(self) -> Items:
        return {name: how for watch in self._watches for name, how in watch.items.items()}

    def _all(self) -> Items:
        """What there is, with every file as it is now: a watch may have missed a change."""
        others = {name: how for name, how in self._seen().items() if not name.startswith("file ")}
        return others | self._files.all()

    def _blame(self, name: str) -> int:
        if name in self._blamed or name not in self._files.changed:
            return self._blamed.get(name, self._line)
        changed = self._files.changed[name]
        # In their order: a step may have set the clock back.
        return next((line for end, line in self._ends if end > changed), self._line)


def told(before: Items, after: Items) -> Iterator[str]:
    """The names of what an author is told of, among all that differs."""
    different = set(changes(before, after))
    for name in different:
        kind, _, rest = name.partition(" ")
        came = name not in before
        if kind in ("mount", "file", "cgroup"):
            parents = {f"{kind} {one}" for one in PurePosixPath(rest).parents if one.name}
            whole = any((one in before) != came for one in parents & different)
        elif kind in ("address", "route"):
            link = f"link {rest.rpartition(' on ')[2]}"
            whole = (link in before) != (link in after)
        elif kind.startswith("terminal"):  # one that was closed, or a shell behind another program
            whole = name not in after or name.partition(":")[0] in different - {name}
        else:  # a setting that comes or goes does so with its device
            whole = kind == "sysctl" and (came or name not in after)
        if not whole:
            yield name


def phrase(name: str, was: str | None, now: str | None) -> str:
    """``+ mount /mnt (tmpfs rw)``, ``- link veth0``, ``sysctl vm.swappiness: 60 → 1``."""
    if name.startswith("file "):
        if now is not None and now != GONE and (was is not None or now.startswith(CHANGED)):
            return f"{name} changed"[:LONGEST]
        was, now = ("", None) if now in (None, GONE) else (None, "")
    if was is not None and now is not None:
        told = f"{name}: {was or '∅'} → {now or '∅'}"
    else:
        how = f" ({now})" if now else ""
        told = f"{'-' if now is None else '+'} {name}{how}"
    return told[:LONGEST]
