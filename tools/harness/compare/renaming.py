"""Values that vary from run to run, and the renaming that carries the text's to the run's.

Most are recognised by their shape, some are named by the author (`varies:`). Two sorts:

* **names** (an inode, a MAC address, a key, a UUID, a PID …) are renamed one-to-one throughout a
  scenario: equal in the run where the text shows equal, different where it shows different;
* **measures** (a date, a time, an uptime, a round-trip time) only keep their shape: two of them
  being equal says nothing, for a clock may or may not tick between them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.plan.settings import Varying

# What an author may not know of a value that doesn't correspond.
_HINTS = {
    "inode": "; a namespace that has ended gives its number to the next one: keep it alive "
    "meanwhile, or begin a new machine (`new`)"
}
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
class Value:
    """A value of the text, of some kind (``inode``), and the run's that stands for it.

    `line` and `column` are where the run has it, from 0: among the lines typed, or among those of
    its output (`harness.compare.expectation.lines_of`).
    """

    kind: str
    text: str
    run: str
    where: Literal["command", "output"]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind of value stands in a line (group 1, or all of it), and which values may."""

    kind: str
    place: re.Pattern[str]
    value: str
    constants: frozenset[str] = frozenset()


_NUMBER = r"\d+(?:\.\d+)?"
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAY = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MAC = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"
_SPAN = rf"{_NUMBER}/{_NUMBER}/{_NUMBER}/{_NUMBER}"
_UPTIME = r"\d+(?::\d\d| (?:sec|min|hour|day|week)s?)(?:, +\d+(?::\d\d| (?:sec|min|hour|day)s?))*"


def _place(pattern: str) -> re.Pattern[str]:
    # Letters and digits are ASCII's: in Japanese no space stands between a value and the next word.
    return re.compile(pattern, re.ASCII)


# proc_ns_operations print as type:[inode] (ns_get_name in fs/nsfs.c), sockets and pipes alike.
SHAPES = (
    _Shape("inode", _place(r"(?<![\w])[a-z_]+:\[(\d+)\]"), r"\d+"),
    _Shape("uuid", _place(rf"(?<![\w-])({_UUID})(?![\w-])"), _UUID),
    _Shape(
        "mac",
        _place(rf"(?<![\w:])({_MAC})(?![\w:])"),
        _MAC,
        frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}),
    ),
    # A row of ipcs(1) begins with the key; elsewhere 0x… is as likely a flag, which must not vary.
    _Shape(
        "key",
        _place(r"^(0x[0-9a-f]{8})(?= +\d+ )"),
        r"0x[0-9a-f]{8}",
        frozenset({"0x00000000"}),
    ),
    _Shape(
        "date",
        _place(rf"(?<![\w-])(\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK}(?: ?{_ZONE})?)?)(?![\w-])"),
        rf"\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK}(?: ?{_ZONE})?)?",
    ),
    _Shape(
        "date",
        _place(rf"\b((?:(?:{_DAY}),? )?(?:{_MONTH}) [ \d]\d(?: {_CLOCK}| \d{{4}}|  \d{{4}})+)\b"),
        rf"(?:(?:{_DAY}),? )?(?:{_MONTH}) [ \d]\d(?: {_CLOCK}| \d{{4}}|  \d{{4}})+",
    ),
    _Shape("time", _place(rf"(?<![\w:.])({_CLOCK})(?![\w:])"), _CLOCK),
    _Shape("rtt", _place(rf"\btime[=<]?({_NUMBER}) ?ms\b"), _NUMBER),
    _Shape("rtt", _place(rf"\btime ({_NUMBER})ms\b"), _NUMBER),
    _Shape("rtt", _place(rf"= ({_SPAN}) ms"), _SPAN),
    _Shape("uptime", _place(rf"\bup ({_UPTIME})"), _UPTIME),
    _Shape("uptime", _place(r"^(\d+\.\d\d \d+\.\d\d)$"), r"\d+\.\d\d \d+\.\d\d"),
)


def shape_of(value: str) -> str:
    """Which values can stand for an author's `varies:` value: numbers for a number, and so on."""
    for pattern in (r"\d+", r"-?\d+\.\d+", r"0x[0-9a-f]+", r"[0-9a-f]{6,}"):
        if re.fullmatch(pattern, value):
            return pattern
    return r"\S+"


def standing(value: str) -> re.Pattern[str]:
    """`value` as a word of its own: ``1234``, but not in ``12345`` or ``x1234``."""
    return _place(rf"(?<!\w){re.escape(value)}(?!\w)")


@dataclass(slots=True)
class Renaming:
    """The scenario's values: which the text names, and which of the run's stands for each.

    One-to-one within a kind. It grows as the run goes on; `line` remembers where the text first
    showed a value, for messages.
    """

    named: dict[str, str] = field(default_factory=dict)  # value of the text → kind
    actual: dict[tuple[str, str], str] = field(default_factory=dict)
    textual: dict[tuple[str, str], str] = field(default_factory=dict)

    def introduce(self, varies: Iterable[Varying]) -> None:
        for value in varies:
            self.named[value.value] = value.kind

    def bind(self, kind: str, text: str, actual: str) -> str | None:
        """Let `actual` stand for `text`. None if that is consistent, else why it is not."""
        if kind in MEASURES:
            return None
        known = self.actual.get((kind, text))
        if known is not None and known != actual:
            return f"{text} stood for {known} before, here for {actual}" + _HINTS.get(kind, "")
        other = self.textual.get((kind, actual))
        if other is not None and other != text:
            why = f"{other} and {text} differ in the text, but both are {actual} in the run"
            return why + _HINTS.get(kind, "")
        self.actual[kind, text] = actual
        self.textual[kind, actual] = text
        return None

    def copy(self) -> "Renaming":
        return Renaming(dict(self.named), dict(self.actual), dict(self.textual))

    def adopt(self, other: "Renaming") -> None:
        self.actual, self.textual = other.actual, other.textual

    def unknowns(self, line: str) -> list[Unknown]:
        """The values of a line of the text that vary, from left to right, never overlapping."""
        known = {value: kind for kind, value in self.actual}
        return list(_unknowns(line, {**known, **self.named}))

    def command(self, text: str) -> str:
        """A command of the text with the run's values in it, as a reader would type it."""
        return "".join(run for _, _, run in self._pieces(text))

    def replaced(self, lines: Iterable[str]) -> Iterator[Value]:
        """The values of the text's lines that `command` puts others in place of."""
        for number, line in enumerate(lines):
            column = 0
            for kind, text, run in self._pieces(line):
                if text != run:
                    yield Value(kind, text, run, "command", number, column)
                column += len(run)

    def _pieces(self, line: str) -> Iterator[tuple[str, str, str]]:
        """What a line is made of, with what a run has there: of a kind, or of none (empty)."""
        run = {value: (kind, actual) for (kind, value), actual in self.actual.items()}
        any_of = "|".join(map(re.escape, sorted(run, key=len, reverse=True)))
        place = 0
        for found in _place(rf"(?<!\w)(?:{any_of})(?!\w)").finditer(line) if run else ():
            yield "", line[place : found.start()], line[place : found.start()]
            kind, actual = run[found[0]]
            yield kind, found[0], actual
            place = found.end()
        yield "", line[place:], line[place:]

    def rewrite(self, line: str) -> str:
        """A line of the run in the values of the text; values new to it keep the run's."""
        known = {actual: kind for kind, actual in self.textual}
        pieces, place = [], 0
        for unknown in _unknowns(line, known):
            pieces.append(line[place : unknown.start])
            pieces.append(self._textual(unknown.kind, unknown.value))
            place = unknown.end
        return "".join(pieces) + line[place:]

    def _textual(self, kind: str, actual: str) -> str:
        if kind in MEASURES:
            return actual
        text = self.textual.get((kind, actual), actual)
        while self.actual.get((kind, text), actual) != actual:  # the text means another by it
            text = _next(text)
        self.bind(kind, text, actual)
        return text


def _next(value: str) -> str:
    """Another value of the same shape and width."""
    digits = "0123456789abcdef" if re.search("[a-f]", value) else "0123456789"
    for place in range(len(value) - 1, -1, -1):
        if value[place] in digits[:-1]:
            after = digits[digits.index(value[place]) + 1]
            return value[:place] + after + value[place + 1 :]
        if value[place] == digits[-1]:
            value = value[:place] + digits[0] + value[place + 1 :]
    return value + "1"


def _unknowns(line: str, known: Mapping[str, str]) -> Iterator[Unknown]:
    found = []
    for value, kind in known.items():
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
