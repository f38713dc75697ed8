"""Columns that shift because a value in them has another width than in the text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.compare.pattern import Match

Spans = list[tuple[int, int]]  # where words begin and end


def shifted(matches: Sequence[Match]) -> list[bool]:
    """For each line that fits but for spaces: whether words have shifted there for no value that
    has changed its width.

    A word that stands elsewhere than in the text has to be in a column: flush, left or right and on
    both sides, with a word of another line, one of the two with such a value.
    """
    rows = [_Row(_spans(one.text), _spans(one.line), one.grown) for one in matches]
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
