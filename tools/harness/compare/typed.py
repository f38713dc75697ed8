"""What the author has typed, in commands, programs and files: it is compared as it stands.

Nobody chose an inode or the time of a run, and so they may vary. What the author chose may not,
though it looks alike: a MAC address given to ip(8), the date given to touch(1), a key of a program.
That holds on both sides: neither may a typed value of the text be another in the run, nor one of
the run stand for another of the text. What an output has shown before doesn't count as typed, for
the reader copies it from there; nor does what the author names (`varies:`).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from harness.compare.shapes import CLOCK, MONTHS, Unknown

_MONTH = "|".join(MONTHS)
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-/](?P<m>\d\d)[-/](?P<d>\d\d)(?!\d)",
        r"(?<!\d)(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:\d{4})?(?!\d)",  # touch -t 200001010000
        r"\b(?P<y>\d{4}), ?(?P<m>\d\d?), ?(?P<d>\d\d?)\b",  # datetime(2000, 1, 1)
        rf"\b(?P<d>\d\d?) (?P<m>{_MONTH})[a-z]* (?P<y>\d{{4}})\b",
        rf"\b(?P<m>{_MONTH})[a-z]* +(?P<d>\d\d?),? (?:{CLOCK} )?(?:[A-Z]+ )?(?P<y> ?\d{{4}})\b",
    )
)
_EPOCH = re.compile(r"@(\d{1,11})\b")  # date -d @0
_CLOCK = re.compile(rf"(?<![\d:.]){CLOCK}(?![\d:])", re.ASCII)
_LONGEST_NUMBER = 40  # digits: no key has more, and Python refuses thousands
_NUMBER = re.compile(r"\b(?:0[xX][0-9a-fA-F]+|\d+)\b")


class Typed:
    """All that has been typed and put so far. `command` is the one whose output is compared."""

    def __init__(self) -> None:
        self.command = ""
        self._files: dict[str, str] = {}
        self._text = ""
        self._lines = set[str]()
        self._dates = set[tuple[int, ...]]()
        self._clocks = set[str]()
        self._numbers = set[int]()

    def put(self, name: str, text: str) -> None:
        """A file that the author puts in place, a program say."""
        self._files[name.rpartition("/")[2]] = text
        self.add(text.split("\n"))

    def add(self, lines: Iterable[str]) -> None:
        lines = list(lines)
        self._text += "".join(f"{line.lower()}\n" for line in lines)
        for line in lines:
            self._lines.add(line.strip())
            self._dates |= dates(line)
            self._clocks |= {_least(found) for found in _CLOCK.findall(line)}
            self._numbers |= {int(found, 0) for found in _NUMBER.findall(line) if _fits(found)}

    def reads(self, what: re.Pattern[str]) -> bool:
        """Whether the command does that, or a file that it names."""
        texts = [text for name, text in self._files.items() if name in self.command]
        return any(what.search(text) for text in (self.command, *texts))

    def holds(self, sign: str) -> bool:
        return sign in self._text

    def holds_line(self, line: str) -> bool:
        return line.strip() in self._lines

    def part(self, of: Unknown, value: str) -> str:
        """As much of a value, at the place of `of`, as the author has chosen; empty if nothing."""
        match of.kind:
            case "date" | "time":
                return self._part_of_date(value)
            case "key":
                return value if int(value, 0) in self._numbers else ""
            case "ifindex":
                chosen = rf"\bindex\s+{value}\b"
                return value if re.search(chosen, self._text) else ""
            case "mac" | "uuid" | "address" | "name":
                return value if _stands_in(value.lower(), self._text) else ""
        whole = f"{of.before}{value}{of.after}".lower()
        return value if (of.before or of.after) and _stands_in(whole, self._text) else ""

    def _part_of_date(self, value: str) -> str:
        if dates(value) & self._dates:
            return value
        clock = _CLOCK.search(value)
        return clock[0] if clock and _least(clock[0]) in self._clocks else ""


def _stands_in(value: str, text: str) -> bool:
    return value in text and bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.ASCII))


def _least(clock: str) -> str:
    """A clock without the seconds that are none: 12:00 of ``12:00:00.000``."""
    return re.sub(r"(?<=\d\d:\d\d)(?::00)?(?:[.,]0+)?$", "", clock)


def _fits(number: str) -> bool:
    if len(number) > _LONGEST_NUMBER:
        return False
    return number[:2] in ("0x", "0X") or number == "0" or not number.startswith("0")


@lru_cache(4096)
def dates(text: str) -> frozenset[tuple[int, ...]]:
    """The dates in a text, each as year, month and day."""
    found = set()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = match["m"]
            number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
            found.add((int(match["y"]), number, int(match["d"])))
    for match in _EPOCH.finditer(text):
        day = datetime.fromtimestamp(int(match[1]), UTC)
        found.add((day.year, day.month, day.day))
    return frozenset(found)
