"""Kernel versions, and the range of them that a block speaks of."""

from dataclasses import dataclass
from itertools import takewhile
from math import inf

Version = tuple[float, ...]
"""Numbers, most significant first. The last may be infinite: the newest of its series."""


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from `at_least` on and before `below`; None is no bound."""

    at_least: Version | None = None
    below: Version | None = None

    def __contains__(self, version: Version) -> bool:
        return (self.at_least is None or version >= self.at_least) and (
            self.below is None or version < self.below
        )

    def __and__(self, other: "Range") -> "Range":
        """The versions that are in both."""
        lows = [bound for bound in (self.at_least, other.at_least) if bound]
        highs = [bound for bound in (self.below, other.below) if bound]
        return Range(max(lows, default=None), min(highs, default=None))

    def __str__(self) -> str:
        bounds = ((self.at_least, "kernel {} or newer"), (self.below, "a kernel older than {}"))
        return " and ".join(
            words.format(".".join(map(str, bound))) for bound, words in bounds if bound
        )


ANY = Range()


def of_release(release: str) -> Version:
    """(6, 12, 48) of ``6.12.48+deb13-cloud-amd64``, as uname(2) has it."""
    parts = release.replace("-", ".").replace("+", ".").split(".")
    return tuple(int(part) for part in takewhile(str.isdigit, parts))


def of_series(name: str) -> Version:
    """The newest of a series: ``6.12`` has 6.12.48, ``7`` has 7.3."""
    return (*of_release(name), inf)
