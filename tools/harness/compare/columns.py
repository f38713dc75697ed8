"""Columns that shift because a value in them has another width than in the text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.compare.fit import fit
from harness.compare.renaming import Renaming


def shifted(pairs: Iterable[tuple[str, str]], renaming: Renaming) -> list[bool]:
    """For each line of the text and of the run that fit but for spaces: whether words have shifted
    there for no value that has changed its width.

    A word that stands elsewhere than in the text has to be in a column: flush, left or right and on
    both sides, with a word of a line that has such a value.
    """
    rows = [_Row(_spans(text), _spans(run), _grown(text, run, renaming)) for text, run in pairs]
    allowance = 2 * sum(row.grown for row in rows)  # a column's width is not always its widest
    return [
        not all(_in_column(row, word, rows, allowance) for word in range(len(row.text)))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the words of a line stand in the text and in the run; how its values have grown."""

    text: list[tuple[int, int]]
    run: list[tuple[int, int]]
    grown: int


def _spans(line: str) -> list[tuple[int, int]]:
    return [word.span() for word in re.finditer("[^ ]+", line)]


def _grown(text: str, line: str, renaming: Renaming) -> int:
    match = fit(text, line, renaming, slack=True)
    assert match
    return sum(abs(len(value) - len(unknown.value)) for unknown, value in match.values)


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
