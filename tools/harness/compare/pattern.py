"""A line of the text, compiled: which lines of a run fit it, the same but for what varies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.compare.renaming import Reason, Renaming
from harness.compare.shapes import Unknown, unknowns, words_of

ELISIONS = {"...", "（略）"}


@dataclass(frozen=True, slots=True)
class Match:
    """A line of a run that fits one of the text, by shape alone.

    `values` are the unknowns with what the run has in their places, and its columns there. `exact`
    unless runs of spaces differ, as in columns that a value of another width has shifted.
    """

    text: str
    line: str
    values: tuple[tuple[Unknown, str, int], ...] = ()
    exact: bool = True

    def bind(self, renaming: Renaming) -> Reason | None:
        """Let its values stand for the text's. None if they correspond, else why they don't."""
        mark = renaming.mark()
        values = [(of, run) for of, run, _ in self.values]
        why = renaming.bind_all(values, self.text, self.line) if values else None
        if why := why or renaming.usurped(self.text, self.line):
            renaming.back_to(mark)
        return why

    @property
    def rewritten(self) -> str:
        """The text's line with the run's values in it."""
        made, end = "", 0
        for of, run, _ in self.values:
            made, end = made + self.text[end : of.start] + run, of.end
        return made + self.text[end:]

    @property
    def grown(self) -> int:
        """By how much its values are wider or narrower than the text's."""
        return sum(abs(len(run) - len(of.value)) for of, run, _ in self.values)


class Pattern:
    """A line of the text with given unknowns in it."""

    def __init__(self, text: str, varying: Iterator[Unknown]) -> None:
        self.text, self.unknowns = text, tuple(varying)
        cuts = [0, *(place for of in self.unknowns for place in (of.start, of.end)), len(text)]
        self._literals = [text[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
        self._squeezed = _squeezed(text)
        if self.unknowns:
            slack = ["[ ]+".join(map(re.escape, re.split(" +", part))) for part in self._literals]
            pattern = " *" + slack[0].removeprefix("[ ]+")
            for of, literal in zip(self.unknowns, slack[1:], strict=True):
                pattern += f"({of.shape}){literal}"
            self._regex = re.compile(pattern)

    def match(self, line: str) -> Match | None:
        """TABs of the run equal the columns that they make, for that is what is copied from a
        terminal; a text that has TABs itself is as exact about them as about everything else."""
        if "\t" not in line or "\t" in self.text:
            return self._match(line)
        found = self._match(line.expandtabs())
        if not found:
            return None
        places = [len(line[:place].expandtabs()) for place in range(len(line))]
        values = tuple((of, run, places.index(column)) for of, run, column in found.values)
        return replace(found, values=values)

    def _match(self, line: str) -> Match | None:
        if not self.unknowns:
            if line == self.text:
                return Match(self.text, line)
            alike = line[-1:] == self.text[-1:] and _squeezed(line) == self._squeezed
            return Match(self.text, line, exact=False) if alike else None
        found = self._regex.fullmatch(line)
        if not found:
            return None
        spans = [found.span(group + 1) for group in range(len(self.unknowns))]
        cuts = [0, *(place for span in spans for place in span), len(line)]
        literals = [line[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
        values = tuple(
            (of, line[start:end], start)
            for of, (start, end) in zip(self.unknowns, spans, strict=True)
        )
        return Match(self.text, line, values, literals == self._literals)


def _squeezed(line: str) -> str:
    return re.sub(" +", " ", line.lstrip(" "))


class TextLine:
    """A line of the text. Which values vary in it depends on those that are known by then, so that
    it is compiled when it is first compared, and again only where others of its words are known."""

    def __init__(self, text: str, header: str = "") -> None:
        self.text, self.elided, self.header = text, text in ELISIONS, header
        self._words = words_of(text)
        self._patterns: dict[tuple[tuple[tuple[str, str], ...], str], Pattern] = {}

    def pattern(self, renaming: Renaming) -> Pattern:
        known = renaming.known(self._words)
        key = known, renaming.typed.command
        if key not in self._patterns:
            found = unknowns(self.text, known, renaming.typed, self.header)
            self._patterns[key] = Pattern(self.text, found)
        return self._patterns[key]
