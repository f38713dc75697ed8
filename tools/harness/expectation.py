"""Comparing what a text shows with what a run showed, line by line.

Test and bless are one function: `compare` computes the output as the text should show it,
in the text's own values (`Comparison.corrected`). A step has passed if that is what it does show.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.unknowns import Renaming, Unknown, Value

ELISIONS = {"...", "（略）"}
_ALIGNMENT_LIMIT = 40_000  # cells of the alignment table
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


# A line of the text and the line of the run that belongs to it. An elision comes alone first, and
# then with each line that it stands for; None is where the other side has nothing.
_Pair = tuple[int | None, int | None]


def _agreement(
    expected: Sequence[str], actual: Sequence[str], renaming: Renaming
) -> list[_Pair] | None:
    for slack in (False, True):
        for bound, pairs in _matches(expected, actual, (0, 0), renaming.copy(), slack, [0]):
            if not slack or _widths_explain(expected, actual, pairs, bound):
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
) -> Iterator[tuple[Renaming, list[_Pair]]]:
    """Every way in which the lines from `start` on agree; elisions stand for any lines."""
    at, to = start
    found: list[_Pair] = []
    while at < len(expected) and expected[at] not in ELISIONS:
        if to == len(actual) or _conflict(expected[at], actual[to], renaming, slack) != "":
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
            skipped: list[_Pair] = [(at, None), *((at, line) for line in range(to, resume))]
            yield bound, found + skipped + rest


def _lines(
    expected: Sequence[str], actual: Sequence[str], pairs: Sequence[_Pair]
) -> Iterator[Line]:
    for at, to in pairs:
        if at is None:
            assert to is not None
            yield Line("extra", actual[to])
        elif expected[at] in ELISIONS:
            yield Line("elided", expected[at], at) if to is None else Line("elided", actual[to])
        else:
            yield Line("missing" if to is None else "same", expected[at], at)


def _values(
    expected: Sequence[str], actual: Sequence[str], pairs: Sequence[_Pair], renaming: Renaming
) -> Iterator[Value]:
    for at, to in pairs:
        if at is None or to is None or expected[at] in ELISIONS:
            continue
        fit = _fit(expected[at], actual[to], renaming, slack=True)
        assert fit, "lines that agree have the same shape"
        for (unknown, value), column in zip(fit.values, fit.columns, strict=True):
            if unknown.value != value:
                yield Value(unknown.kind, unknown.value, value, "output", to, column)


@dataclass(frozen=True, slots=True)
class _Match:
    """How a line of the run fits one of the text: the values, where they begin in the run's line,
    and the text between them."""

    values: tuple[tuple[Unknown, str], ...]
    columns: tuple[int, ...]
    between: tuple[tuple[str, str], ...]


def _fit(text: str, line: str, renaming: Renaming, slack: bool) -> _Match | None:
    """Fit a line by shape alone. `slack` lets runs of spaces differ, for columns that a value of
    another width has shifted."""
    unknowns = renaming.unknowns(text)
    if not unknowns and text == line:
        return _Match((), (), ((text, line),))
    cuts = [0, *(place for u in unknowns for place in (u.start, u.end)), len(text)]
    literals = [text[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
    pattern = _literal(literals[0], slack, first=True)
    for unknown, literal in zip(unknowns, literals[1:], strict=True):
        pattern += f"({unknown.shape})" + _literal(literal, slack)
    found = re.fullmatch(pattern, line)
    if not found:
        return None
    ends = [0, *(place for i in range(len(unknowns)) for place in found.span(i + 1)), len(line)]
    theirs = [line[ends[i] : ends[i + 1]] for i in range(0, len(ends), 2)]
    values = tuple(zip(unknowns, found.groups(), strict=True))
    columns = tuple(ends[1:-1:2])
    return _Match(values, columns, tuple(zip(literals, theirs, strict=True)))


def _literal(text: str, slack: bool, first: bool = False) -> str:
    if not slack:
        return re.escape(text)
    pattern = " +".join(re.escape(piece) for piece in re.split(" +", text))
    return " *" + pattern.removeprefix(" +") if first else pattern


def _conflict(text: str, line: str, renaming: Renaming, slack: bool) -> str | None:
    """Empty if the run's line agrees with the text's, and then its values are bound.

    None if it has another shape; else why the values don't correspond.
    """
    match = _fit(text, line, renaming, slack)
    if match is None:
        return None
    trial = renaming.copy()
    for unknown, value in match.values:
        if why := trial.bind(unknown.kind, unknown.value, value):
            return why
    renaming.adopt(trial)
    return ""


def _widths_explain(
    expected: Sequence[str], actual: Sequence[str], pairs: Sequence[_Pair], renaming: Renaming
) -> bool:
    """Whether every shift of a column comes from a value that has changed its width.

    A word that stands elsewhere than in the text has to be in a column: flush, left or right and on
    both sides, with a word of a line that has such a value.
    """
    rows = [
        _Row(_spans(expected[at]), _spans(actual[to]), _grown(expected[at], actual[to], renaming))
        for at, to in pairs
        if at is not None and to is not None and expected[at] not in ELISIONS
    ]
    allowance = 2 * sum(row.grown for row in rows)  # a column's width is not always its widest
    return all(
        _in_column(row, word, rows, allowance) for row in rows for word in range(len(row.text))
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the words of a line stand in the text and in the run; how its values have grown."""

    text: list[tuple[int, int]]
    run: list[tuple[int, int]]
    grown: int


def _spans(line: str) -> list[tuple[int, int]]:
    return [word.span() for word in re.finditer("[^ ]+", line)]


def _grown(text: str, line: str, renaming: Renaming) -> int:
    fit = _fit(text, line, renaming, slack=True)
    return sum(abs(len(value) - len(unknown.value)) for unknown, value in fit.values) if fit else 0


def _in_column(row: _Row, word: int, rows: Sequence[_Row], allowance: int) -> bool:
    """Whether a word stands where it may, seen from the space before it."""
    if len(row.text) != len(row.run):
        return False
    if _space_before(row.text, word) == _space_before(row.run, word):
        return True
    if abs(row.run[word][0] - row.text[word][0]) > allowance:
        return False
    if row.grown and row.run[word][0] == row.text[word][0]:
        return True  # the padding has made up for it
    return any(
        row.text[word][side] == other.text[place][side]
        and row.run[word][side] == other.run[place][side]
        for other in rows
        if other is not row and (other.grown or row.grown)
        for place in range(min(len(other.text), len(other.run)))
        for side in (0, 1)
    )


def _space_before(spans: list[tuple[int, int]], word: int) -> int:
    return spans[word][0] - (spans[word - 1][1] if word else 0)


def _difference(
    expected: Sequence[str], actual: Sequence[str], renaming: Renaming
) -> Iterator[Line]:
    """The lines of both sides, aligned so that as many as possible agree."""
    for pair in _around(expected, actual, renaming):
        at, to = pair
        if at is not None and to is not None and expected[at] not in ELISIONS:
            why = _conflict(expected[at], actual[to], renaming, slack=True)
            if why != "":
                _correspond(expected[at], actual[to], renaming)
                yield Line("missing", expected[at], at, why or "")
                yield Line("extra", actual[to])
                continue
        yield from _lines(expected, actual, [pair])


def _around(expected: Sequence[str], actual: Sequence[str], renaming: Renaming) -> list[_Pair]:
    """The alignment of what is left between the lines that agree at both ends."""

    def agrees(at: int, to: int) -> bool:
        elided = expected[at] in ELISIONS
        return not elided and _conflict(expected[at], actual[to], renaming, slack=True) == ""

    shorter = min(len(expected), len(actual))
    head = 0
    while head < shorter and agrees(head, head):
        head += 1
    tail = 0
    while tail < shorter - head and agrees(len(expected) - 1 - tail, len(actual) - 1 - tail):
        tail += 1
    rows, columns = len(expected) - tail, len(actual) - tail
    inner = _align(expected[head:rows], actual[head:columns], renaming)
    return [
        *((place, place) for place in range(head)),
        *(
            (None if at is None else at + head, None if to is None else to + head)
            for at, to in inner
        ),
        *((rows + place, columns + place) for place in range(tail)),
    ]


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


def _align(expected: Sequence[str], actual: Sequence[str], renaming: Renaming) -> list[_Pair]:
    rows, columns = len(expected), len(actual)
    if columns > (keep := max(2, _ALIGNMENT_LIMIT // max(1, rows))):
        return _align_ends(expected, actual, renaming, keep // 2)
    elided = [line in ELISIONS for line in expected]

    def worth(at: int, to: int) -> float:
        if elided[at]:
            return 0.001  # a line under an elision is rather elided than extra
        why = _conflict(expected[at], actual[to], renaming.copy(), slack=True)
        # A line that became another stands in its place, rather than under an elision beside it.
        return 0.002 if why is None else 0.6 if why else 1.0

    worths = [[worth(at, to) for to in range(columns)] for at in range(rows)]
    # best[at][to]: the worth of the best alignment of what follows. An elision stays for the next.
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for at in range(rows - 1, -1, -1):
        for to in range(columns, -1, -1):
            score = best[at + 1][to]
            if to < columns:
                together = best[at + (not elided[at])][to + 1] + worths[at][to]
                score = max(score, best[at][to + 1], together)
            best[at][to] = score
    pairs: list[_Pair] = []
    at = to = 0
    announced = -1
    while at < rows or to < columns:
        if at < rows and elided[at] and announced < at:
            pairs.append((at, None))
            announced = at
        step = at + (not elided[at]) if at < rows else rows
        if at < rows and to < columns and best[at][to] == best[step][to + 1] + worths[at][to]:
            pairs.append((at, to))
            at, to = step, to + 1
        elif at < rows and best[at][to] == best[at + 1][to]:
            if not elided[at]:
                pairs.append((at, None))
            at += 1
        else:
            pairs.append((None, to))
            to += 1
    return pairs


def _align_ends(
    expected: Sequence[str], actual: Sequence[str], renaming: Renaming, keep: int
) -> list[_Pair]:
    """The alignment of so much output that only its beginning and its end are looked at.

    What lies between is elided where the text elides anything, else it is extra.
    """
    skipped = len(actual) - 2 * keep
    pairs = _align(expected, [*actual[:keep], *actual[-keep:]], renaming)
    found = [(at, to if to is None or to < keep else to + skipped) for at, to in pairs]
    if any(line in ELISIONS for line in expected):
        return found
    place = next(
        (i for i, (_, to) in enumerate(pairs) if to is not None and to >= keep), len(pairs)
    )
    between: list[_Pair] = [(None, to) for to in range(keep, keep + skipped)]
    return [*found[:place], *between, *found[place:]]
