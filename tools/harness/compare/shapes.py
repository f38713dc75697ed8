"""What a value that varies looks like: an inode, a MAC address, a date, an author's `varies:`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

MEASURES = {"date", "time", "uptime", "seconds", "rtt", "clock", "size", "share"}
ANY_WORD = r"\S+"
WILDCARD = "wildcard"  # any text within a line, where the author says so
LOCAL = {"ifindex"}  # numbers so small that they mean it in their own places only
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value in a line of the text: what kind it is, where it stands, which shape it has.

    `recognised` by its shape rather than named or known; `before` and `after` it stands what it was
    recognised by.
    """

    kind: str
    value: str
    start: int
    shape: str
    recognised: bool = False
    before: str = ""
    after: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.value)

    @property
    def sign(self) -> str:
        """What all wildcards of its sort begin with."""
        return "…" if self.value[0] == "…" else "<..."


class Reader(Protocol):
    """Who knows what the command does whose output it is (`harness.compare.typed`)."""

    def reads(self, what: re.Pattern[str]) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind of value stands in a line (group 1), and which values may.

    `command`, if given, is what the step's command has to have in it.
    """

    kind: str
    place: re.Pattern[str]
    value: str
    command: re.Pattern[str] | None


def _shape(
    kind: str, before: str, value: str, after: str, *constants: str, command: str = ""
) -> _Shape:
    """What is no value of the text's, a constant, is none of the run's either."""
    value = _but(constants, value)
    place = _ascii(f"{before}({value.replace('ZONE', '[A-Z]{3,4}')}){after}")
    return _Shape(kind, place, value, re.compile(command) if command else None)


def _but(constants: Iterable[str], value: str) -> str:
    return rf"(?!(?:{'|'.join(constants)})(?!\w))(?:{value})" if constants else value


def _ascii(pattern: str) -> re.Pattern[str]:
    # Letters and digits are ASCII's: in Japanese no space stands between a value and the next word.
    return re.compile(pattern, re.ASCII)


_WORD = _ascii(r"\w+")
_NUMBER = r"\d+(?:\.\d+)?"
_MONTH = "|".join(MONTHS)
_DAY = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
CLOCK = rf"{_HOUR}(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)"
_ISO = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_STAMP = rf"{_ISO}(?:[T ]{CLOCK}(?: ?{_ZONE})?)?"
_DAY_OF_MONTH = r"(?:[ 0][1-9]|[12]\d|3[01])"
_NAMED = (
    rf"(?:(?:{_DAY}),? )?(?:{_MONTH}) {_DAY_OF_MONTH}(?: {CLOCK}|  ?\d{{4}}| ZONE(?= \d{{4}}))+"
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MAC = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"
_SPAN = rf"{_NUMBER}/{_NUMBER}/{_NUMBER}/{_NUMBER}"
_UPTIME = r"\d+(?::\d\d| (?:sec|min|hour|day|week)s?)(?:, +\d+(?::\d\d| (?:sec|min|hour|day)s?))*"
# What nsfs calls its inodes (fs/nsfs.c, /proc/PID/ns), and the kinds of files without a name.
_INODES = (
    "cgroup|ipc|mnt|net|pid|pid_for_children|time|time_for_children|user|uts|socket|pipe|anon_inode"
)


_NO_MAC = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")

SHAPES = (  # kind, what stands before it, the value, what stands after it, constants
    _shape("inode", rf"(?<!\w)(?:{_INODES}):\[", r"\d+", r"\]"),
    # As printf's %p and /proc/PID/maps have them: what is mapped, and programs (x86-64, ASLR).
    *(
        _shape("address", r"(?<!\w)", rf"{begin}[0-9a-f]{{10}}", r"(?!\w)")
        for begin in ("7f", "5[56]", "0x7f", "0x5[56]")
    ),
    _shape("uuid", r"(?<![\w-])", _UUID, r"(?![\w-])"),
    _shape("mac", r"(?<![\w:])", _MAC, r"(?![\w:])", *_NO_MAC),
    # A row of ipcs(1) begins with the key; elsewhere 0x… is as likely a flag, which must not vary.
    _shape("key", "^", "0x[0-9a-f]{8}", r"(?= +\d+ )", "0x00000000"),
    # In quotes a date is a value that a program has computed, as Python's repr() shows it.
    _shape("date", r"(?<![\w'\"-])", _STAMP, r"(?![\w-])"),
    _shape("date", r"(?<=\")", rf"{_ISO}[T ]{CLOCK}(?: ?{_ZONE})?", r"(?=\")"),
    _shape("date", r"\b", _NAMED, r"\b"),
    _shape("time", r"(?<![\w:.'\"])", CLOCK, r"(?![\w:])"),
    _shape("rtt", r"\btime[=<]?", _NUMBER, r" ?ms\b"),
    _shape("rtt", r"\btime ", _NUMBER, r"ms\b"),
    _shape("rtt", "= ", _SPAN, " ms"),
    _shape("uptime", r"\bup ", _UPTIME, ""),
    _shape("uptime", "^", r"\d+\.\d\d \d+\.\d\d", "$", command="uptime"),
    _shape("seconds", r"^(?:real|user|sys)\s+", r"\d+m\d+\.\d+s", "$"),  # `time` of a shell
    # A shell's job, where the command has put one in the background: R prints vectors like that.
    _shape("pid", r"^\[\d+\][+-]? +", r"\d+", "$", "0", "1", command=r"(?<![&>])&(?![&>\d])"),
    # ip(8): the number of an interface, and that of its peer. That of lo is 1 everywhere.
    _shape("ifindex", "^", r"\d+", r": [^\s:]+: <", "1"),
    _shape("ifindex", r"^\d+: [^\s:]+@if", r"\d+", ": <", "1"),
    # mktemp(1), and tempfile of Python.
    _shape("name", r"(?<!\w)", r"tmp\.[A-Za-z0-9]{10}", r"(?!\w)"),
    _shape("name", r"(?<=/tmp/)", "tmp[a-z0-9_]{8}", r"(?!\w)"),
)
ANYTHING = ".+"
_WILDCARD = re.compile(r"…+|<\.\.\.(?::[^\W\d][\w-]*)?>")
_QUOTED = _ascii(rf"'{_STAMP}[^'\"]*'|\"{_ISO}\"")

HEADER = _ascii(r" *(?:(?:[A-Z%][A-Z0-9%+:_-]*)(?: +[A-Z%][A-Z0-9%+:_-]*)+|NS) *")
"""The head of a table, as ps(1) and lsns(8) have it."""

_PROCESSES = _ascii(r"\bPID\b")
_COLUMNS = tuple(
    (frozenset(heads.split()), kind, _ascii(value), shape)
    for heads, kind, value, shape in (
        ("NS PNS ONS", "inode", r"\d{10}", r"\d{10}"),
        # One of few digits is that of a PID namespace, where who is 1 and who is 2 means something.
        ("PID PPID PGID PGRP SID SESS TID LWP TGID", "pid", r"\d{3,}", _but(("0", "1"), r"\d+")),
        ("VSZ RSS SZ", "size", r"\d+", r"\d+"),
        ("%CPU %MEM C", "share", r"\d+(?:\.\d)?", r"\d+(?:\.\d)?"),
        ("TIME", "time", r"\d+:[0-5]\d", r"\d+:[0-5]\d"),
    )
)


def wildcards(line: str) -> Iterator[Unknown]:
    """The places of a line of the text that stand for any text of the run's: ``…``, ``<...>``, and
    for the same text wherever the name is the same ``<...:name>``."""
    for found in _WILDCARD.finditer(line):
        yield Unknown(WILDCARD, found[0], found.start(), ANYTHING)


def unknowns(
    line: str, known: Iterable[tuple[str, str]], by: Reader | None = None, header: str = ""
) -> Iterator[Unknown]:
    """The values of a line that vary, from left to right, never overlapping.

    Those that are `known` (with their kinds) vary wherever they stand, others by their shape, some
    only in the output `by` a certain command, or below the `header` of a table.
    """
    found = []
    for value, kind in known:
        for match in standing(value).finditer(line):
            found.append(Unknown(kind, value, match.start(), shape_of(value)))
    computed = [match.span() for match in _QUOTED.finditer(line)]
    for shape in SHAPES:
        for match in shape.place.finditer(line):
            zone = re.search(" [A-Z]{3,4} ", match[1])  # its name is no measure
            value = shape.value.replace("ZONE", zone[0].strip() if zone else "(?!)")
            if not re.fullmatch(value, match[1]) or (
                shape.command and not (by and by.reads(shape.command))
            ):
                continue
            start, end = match.span(1)
            around = line[match.start() : start], line[end : match.end()]
            if not any(begin < end and start < stop for begin, stop in computed):
                found.append(Unknown(shape.kind, match[1], start, value, True, *around))
    found += _in_columns(line, header)
    found.sort(key=lambda unknown: (unknown.start, -len(unknown.value)))
    end = 0
    for unknown in found:
        if unknown.start >= end:
            yield unknown
            end = unknown.end


def _in_columns(line: str, header: str) -> Iterator[Unknown]:
    """The values that stand below the heads that say what they are."""
    heads = list(re.finditer(r"\S+", header))
    for match in re.finditer(r"\S+", line) if heads else ():
        above = [one[0] for one in heads if one.start() < match.end() and match.start() < one.end()]
        for names, kind, value, shape in _COLUMNS:
            if len(above) == 1 and above[0] in names and value.fullmatch(match[0]):
                fits = kind == "inode" or _PROCESSES.search(header)
                if fits and re.fullmatch(shape, match[0]):
                    yield Unknown(kind, match[0], match.start(), shape, True)


def headers(lines: Iterable[str]) -> Iterator[str]:
    """For each line of an output the head of the table that it stands in; empty in none."""
    head = ""
    for line in lines:
        if HEADER.fullmatch(line):
            yield ""
            head = line
        else:
            head = head if line.strip() else ""
            yield head


def shape_of(value: str) -> str:
    """Which values can stand for an author's `varies:` value: numbers for a number, and so on."""
    for pattern in (r"\d+", r"-?\d+\.\d+", r"0x[0-9a-f]+", r"[0-9a-f]{6,}"):
        if re.fullmatch(pattern, value):
            return pattern
    return ANY_WORD


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
