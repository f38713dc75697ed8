"""What a value that varies looks like: an inode, a MAC address, a date, an author's `varies:`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

MEASURES = {"date", "time", "uptime", "seconds", "rtt", "clock"}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value in a line of the text: what kind it is, where it stands, which shape it has."""

    kind: str
    value: str
    start: int
    shape: str

    @property
    def end(self) -> int:
        return self.start + len(self.value)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind of value stands in a line (group 1), and which values may; some never vary."""

    kind: str
    place: re.Pattern[str]
    value: str
    constants: tuple[str, ...]


def _shape(kind: str, before: str, value: str, after: str, *constants: str) -> _Shape:
    return _Shape(kind, _ascii(f"{before}({value}){after}"), value, constants)


def _ascii(pattern: str) -> re.Pattern[str]:
    # Letters and digits are ASCII's: in Japanese no space stands between a value and the next word.
    return re.compile(pattern, re.ASCII)


_WORD = _ascii(r"\w+")
_NUMBER = r"\d+(?:\.\d+)?"
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAY = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)"
_ISO_DATE = rf"\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK}(?: ?{_ZONE})?)?"
_DATE = rf"(?:(?:{_DAY}),? )?(?:{_MONTH}) [ \d]\d(?: {_CLOCK}| \d{{4}}|  \d{{4}})+"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MAC = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"
_SPAN = rf"{_NUMBER}/{_NUMBER}/{_NUMBER}/{_NUMBER}"
_UPTIME = r"\d+(?::\d\d| (?:sec|min|hour|day|week)s?)(?:, +\d+(?::\d\d| (?:sec|min|hour|day)s?))*"
_NO_MAC = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")

SHAPES = (  # kind, what stands before it, the value, what stands after it, constants
    # proc_ns_operations print as type:[inode] (ns_get_name in fs/nsfs.c), sockets and pipes alike.
    _shape("inode", r"(?<!\w)[a-z_]+:\[", r"\d+", r"\]"),
    # As printf's %p and /proc/PID/maps have them: what is mapped, and programs (x86-64, ASLR).
    *(
        _shape("address", r"(?<!\w)", rf"{begin}[0-9a-f]{{10}}", r"(?!\w)")
        for begin in ("7f", "5[56]", "0x7f", "0x5[56]")
    ),
    _shape("uuid", r"(?<![\w-])", _UUID, r"(?![\w-])"),
    _shape("mac", r"(?<![\w:])", _MAC, r"(?![\w:])", *_NO_MAC),
    # A row of ipcs(1) begins with the key; elsewhere 0x… is as likely a flag, which must not vary.
    _shape("key", "^", "0x[0-9a-f]{8}", r"(?= +\d+ )", "0x00000000"),
    _shape("date", r"(?<![\w-])", _ISO_DATE, r"(?![\w-])"),
    _shape("date", r"\b", _DATE, r"\b"),
    _shape("time", r"(?<![\w:.])", _CLOCK, r"(?![\w:])"),
    _shape("rtt", r"\btime[=<]?", _NUMBER, r" ?ms\b"),
    _shape("rtt", r"\btime ", _NUMBER, r"ms\b"),
    _shape("rtt", "= ", _SPAN, " ms"),
    _shape("uptime", r"\bup ", _UPTIME, ""),
    _shape("uptime", "^", r"\d+\.\d\d \d+\.\d\d", "$"),
)


def unknowns(line: str, known: Iterable[tuple[str, str]]) -> Iterator[Unknown]:
    """The values of a line that vary, from left to right, never overlapping.

    Those that are `known` (with their kinds) vary wherever they stand, others by their shape.
    """
    found = []
    for value, kind in known:
        for match in standing(value).finditer(line):
            found.append(Unknown(kind, value, match.start(), shape_of(value)))
    for shape in SHAPES:
        for match in shape.place.finditer(line):
            if match[1] not in shape.constants:
                found.append(Unknown(shape.kind, match[1], match.start(1), shape.value))
    found.sort(key=lambda unknown: (unknown.start, -len(unknown.value)))
    end = 0
    for unknown in found:
        if unknown.start >= end:
            yield unknown
            end = unknown.end


def shape_of(value: str) -> str:
    """Which values can stand for an author's `varies:` value: numbers for a number, and so on."""
    for pattern in (r"\d+", r"-?\d+\.\d+", r"0x[0-9a-f]+", r"[0-9a-f]{6,}"):
        if re.fullmatch(pattern, value):
            return pattern
    return r"\S+"


@lru_cache(4096)
def standing(*values: str) -> re.Pattern[str]:
    """Values as words of their own: ``1234``, but not in ``12345`` or ``x1234``."""
    any_of = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    return _ascii(rf"(?<!\w)(?:{any_of})(?!\w)")


def words_of(line: str) -> tuple[str, ...]:
    """The different words of a line: letters and digits that stand together, and the empty one.

    Where a value stands in a line, the words of the value are words of the line.
    """
    return ("", *dict.fromkeys(_WORD.findall(line)))
