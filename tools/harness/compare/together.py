"""What the lines of one output keep together: their columns, and the order of their dates.

A column may shift because a value in it has another width than in the text. A date may be another
than in the text, but of two dates the later one stays the later, or they become equal; that is for
those of the same format which have a year, since a clock begins anew at midnight and a month at new
year. Two that are equal down to the microsecond come from one reading and stay equal: where they
have nanoseconds, up to a tick of the kernel's clock, for creating a file and writing it (stat(1))
are two readings that a tick may come between.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from harness.compare.pattern import Match

Spans = list[tuple[int, int]]  # where words begin and end


def shifted(matches: Sequence[Match]) -> list[bool]:
    """For each line that fits but for spaces: whether words have shifted there for no value that
    has changed its width.

    A word that stands elsewhere than in the text has to be in a column: flush, left or right and on
    both sides, with a word of another line, one of the two with such a value.
    """
    rows = [
        _Row(_spans(text), _spans(line), one.grown)
        for one in matches
        for text, line in [one.columned]
    ]
    allowance = 2 * sum(row.grown for row in rows)  # a column's width is not always its widest
    any_edge = Counter(edge for row in rows for edge in row.edges())
    grown_edge = {edge for row in rows if row.grown for edge in row.edges()}

    def in_column(row: _Row, word: int) -> bool:
        """Whether a word stands where it may, seen from the space before it."""
        if _space_before(row.text, word) == _space_before(row.run, word):
            return True
        begins = row.run[word][0] - row.text[word][0]
        if abs(begins) > allowance:
            return False
        if row.grown and begins == 0:
            return True  # the padding has made up for it
        return any(
            any_edge[edge] > 1 if row.grown else edge in grown_edge for edge in row.edges_of(word)
        )

    return [
        len(row.text) != len(row.run)
        or not all(in_column(row, word) for word in range(len(row.text)))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the words of a line stand in the text and in the run; how its values have grown."""

    text: Spans
    run: Spans
    grown: int

    def edges(self) -> list[tuple[int, int, int]]:
        words = range(min(len(self.text), len(self.run)))
        return [edge for word in words for edge in self.edges_of(word)]

    def edges_of(self, word: int) -> list[tuple[int, int, int]]:
        """A word's left and right edge, in the text and in the run."""
        return [(side, self.text[word][side], self.run[word][side]) for side in (0, 1)]


def _spans(line: str) -> Spans:
    return [word.span() for word in re.finditer("[^ ]+", line)]


def _space_before(spans: Spans, word: int) -> int:
    return spans[word][0] - (spans[word - 1][1] if word else 0)


_TICK = 10_000_000  # nanoseconds, at 100 Hz
_ZONE = re.compile(r" [A-Z]{3,4}(?= \d{4}$)")


def disordered(matches: Sequence[Match]) -> list[bool]:
    """For each line that fits whether it has dates that aren't as to each other as in the text."""
    dates = defaultdict[str, list[tuple[_Date, _Date, int]]](list)
    for place, match in enumerate(matches):
        for of, run, _ in match.values:
            if of.kind == "date" and of.recognised:
                one, other = _date(of.value), _date(run)
                if one and other and one.format == other.format:
                    dates[one.format].append((one, other, place))
    flags = [False] * len(matches)
    for pairs in dates.values():
        if not all(_kept(pairs)):
            for _, _, place in pairs:
                flags[place] = True
    return flags


def _kept(pairs: Sequence[tuple["_Date", "_Date", int]]) -> Iterator[bool]:
    latest = None
    for _, same in groupby(sorted(pairs, key=lambda pair: pair[0].time), lambda one: one[0].time):
        alike = list(same)
        runs = [run.time for _, run, _ in alike]
        if latest is not None:
            yield latest <= min(runs)
        latest = max(runs) if latest is None else max(latest, *runs)
        digits = min(text.digits for text, _, _ in alike)
        if digits >= 6:
            yield max(runs) - min(runs) <= (_TICK if digits == 9 else 0)


@dataclass(frozen=True, slots=True)
class _Date:
    """A date in nanoseconds, the digits of its fraction, and how it is written."""

    time: int
    digits: int
    format: str


def _date(value: str) -> _Date | None:
    """None for a date without a year."""
    fraction = re.search(r"[.,](\d+)", value)
    whole = value.replace(fraction[0], "") if fraction else value
    digits = fraction[1] if fraction else ""
    written = re.sub(
        r"[A-Za-z]{3}", "a", re.sub(r"\d", "9", re.sub(r"[+-]\d\d:?\d\d$", "+", whole))
    )
    named = _ZONE.sub("", whole)
    for form in (None, "%a %b %d %H:%M:%S %Y", "%b %d %Y"):
        try:
            if form:
                time = datetime.strptime(re.sub(" +", " ", named), form)
            else:
                time = datetime.fromisoformat(re.sub(r" (?=[+Z-])", "", whole))
        except ValueError:
            continue
        since = time - datetime(1, 1, 1, tzinfo=time.tzinfo)
        since -= time.utcoffset() or since * 0
        seconds = since.days * 86_400 + since.seconds
        return _Date(
            seconds * 10**9 + int(f"{digits:0<9}"[:9]), len(digits), f"{written}.{len(digits)}"
        )
    return None
