"""Comparing what a text shows with what a run showed, line by line.

Test and bless are one function: `compare` computes the output as the text should show it,
in the text's own values (`Comparison.corrected`). A step has passed if that is what it does show.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.compare.alignment import ELISIONS, Pair, align
from harness.compare.columns import shifted
from harness.compare.fit import conflict, fit
from harness.compare.renaming import Renaming, Value

_ATTEMPTS_LIMIT = 20_000  # placements of lines between elisions


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff. `number` counts lines of the expectation from 0.

    same      the text's line, which the run has too
    elided    ``...`` and the lines it stands for
    missing   the text's line, which the run has not
    extra     the run's line, which the text has not
    """

    kind: Literal["same", "elided", "missing", "extra"]
    text: str
    number: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`diff` accounts for every line of both sides, `corrected` is what the text should show.

    `values` are those of the run that stand for others of the text, where the lines agree.
    """

    passed: bool
    diff: tuple[Line, ...]
    corrected: tuple[str, ...]
    values: tuple[Value, ...] = ()


def lines_of(output: str) -> tuple[str, ...]:
    """Output as lines, without trailing space and control sequences; a last newline ends a line."""
    output = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\^_])", "", output)
    lines = output.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(_overwritten(line.rstrip("\r")).rstrip() for line in lines)


def _overwritten(line: str) -> str:
    """A line as it stands in the end: after a carriage return it is written over from its start."""
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown


def compare(expected: Sequence[str], actual: Sequence[str], renaming: Renaming) -> Comparison:
    """Compare the lines a text shows with a run's, and bind the values that vary.

    `renaming` takes up the new values of the lines that agree, whether or not all do.
    """
    expected = tuple(line.rstrip() for line in expected)
    pairs = _agreement(expected, actual, renaming)
    if pairs is not None:
        values = tuple(_values(expected, actual, pairs, renaming))
        return Comparison(True, tuple(_lines(expected, actual, pairs)), expected, values)
    diff = tuple(_difference(expected, actual, renaming))
    corrected = tuple(
        renaming.rewrite(line.text) if line.kind == "extra" else line.text
        for line in diff
        if line.kind != "missing" and not (line.kind == "elided" and line.number is None)
    )
    return Comparison(False, diff, corrected)


def agree(expected: Sequence[str], actual: Sequence[str], renaming: Renaming) -> bool:
    """Whether `compare` would pass, without the cost of a difference; binds values if so."""
    expected = tuple(line.rstrip() for line in expected)
    return _agreement(expected, actual, renaming) is not None


def _agreement(
    expected: Sequence[str], actual: Sequence[str], renaming: Renaming
) -> list[Pair] | None:
    for slack in (False, True):
        for bound, pairs in _matches(expected, actual, (0, 0), renaming.copy(), slack, [0]):
            both = [(expected[at], actual[to]) for at, to in _whole(expected, pairs)]
            if not slack or not any(shifted(both, bound)):
                renaming.adopt(bound)
                return pairs
    return None


def _matches(
    expected: Sequence[str],
    actual: Sequence[str],
    start: tuple[int, int],
    renaming: Renaming,
    slack: bool,
    attempts: list[int],
) -> Iterator[tuple[Renaming, list[Pair]]]:
    """Every way in which the lines from `start` on agree; elisions stand for any lines."""
    at, to = start
    found: list[Pair] = []
    while at < len(expected) and expected[at] not in ELISIONS:
        if to == len(actual) or conflict(expected[at], actual[to], renaming, slack) != "":
            return
        found.append((at, to))
        at, to = at + 1, to + 1
    if at == len(expected):
        if to == len(actual):
            yield renaming, found
        return
    for resume in range(to, len(actual) + 1):
        attempts[0] += 1
        if attempts[0] > _ATTEMPTS_LIMIT:
            return
        after = (at + 1, resume)
        for bound, rest in _matches(expected, actual, after, renaming.copy(), slack, attempts):
            skipped: list[Pair] = [(at, None), *((at, line) for line in range(to, resume))]
            yield bound, found + skipped + rest


def _whole(expected: Sequence[str], pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    """The pairs that have a line of both; what an elision stands for is not compared."""
    return [
        (at, to)
        for at, to in pairs
        if at is not None and to is not None and expected[at] not in ELISIONS
    ]


def _lines(expected: Sequence[str], actual: Sequence[str], pairs: Sequence[Pair]) -> Iterator[Line]:
    for at, to in pairs:
        if at is None:
            assert to is not None
            yield Line("extra", actual[to])
        elif expected[at] in ELISIONS:
            yield Line("elided", expected[at], at) if to is None else Line("elided", actual[to])
        else:
            yield Line("missing" if to is None else "same", expected[at], at)


def _values(
    expected: Sequence[str], actual: Sequence[str], pairs: Sequence[Pair], renaming: Renaming
) -> Iterator[Value]:
    for at, to in _whole(expected, pairs):
        match = fit(expected[at], actual[to], renaming, slack=True)
        assert match, "lines that agree have the same shape"
        for (unknown, value), column in zip(match.values, match.columns, strict=True):
            if unknown.value != value:
                yield Value(unknown.kind, unknown.value, value, "output", to, column)


def _difference(
    expected: Sequence[str], actual: Sequence[str], renaming: Renaming
) -> Iterator[Line]:
    """The lines of both sides, aligned so that as many as possible agree."""
    pairs = align(expected, actual, renaming)
    alike = [
        (at, to)
        for at, to in _whole(expected, pairs)
        if fit(expected[at], actual[to], renaming, slack=True)
    ]
    flags = shifted([(expected[at], actual[to]) for at, to in alike], renaming)
    moved = {at for (at, _), flag in zip(alike, flags, strict=True) if flag}
    for pair in pairs:
        at, to = pair
        if at is not None and to is not None and expected[at] not in ELISIONS:
            why = conflict(expected[at], actual[to], renaming, slack=True)
            if why == "" and at in moved:
                why = "the spaces differ"
            if why != "":
                _correspond(expected[at], actual[to], renaming)
                yield Line("missing", expected[at], at, why or "")
                yield Line("extra", actual[to])
                continue
        yield from _lines(expected, actual, [pair])


def _correspond(text: str, line: str, renaming: Renaming) -> None:
    """Bind the values of a line that has become another, where they stand at the same words.

    So the correction of ``1234`` to ``87 bash`` is ``1234 bash``.
    """
    ours, theirs = text.split(), line.split()
    for unknown in renaming.unknowns(text):
        index = len(text[: unknown.start].split())
        if ours[index : index + 1] == [unknown.value] and index < len(theirs):
            known = (unknown.kind, unknown.value) in renaming.actual
            if not known and re.fullmatch(unknown.shape, theirs[index]):
                renaming.bind(unknown.kind, unknown.value, theirs[index])
