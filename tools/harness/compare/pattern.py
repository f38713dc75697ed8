"""A line of the text, compiled: which lines of a run fit it, the same but for what varies."""

import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice

from harness.compare.renaming import Reason, Renaming, TooCostlyError
from harness.compare.shapes import (
    ANY_WORD,
    ANYTHING,
    WILDCARD,
    Unknown,
    unknowns,
    wildcards,
    words_of,
)

ELISIONS = {"...", "（略）"}
_MOST_VALUES = 200  # that vary in a line: more are no line that anyone reads
_LONGEST_VALUE = 4_096  # characters


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
        if why := why or renaming.usurped(*self._without_wildcards()):
            renaming.back_to(mark)
        return why

    def _without_wildcards(self) -> tuple[str, str]:
        """The text and the line without what the text says nothing of."""
        text, line = self.text, self.line
        for of, run, column in reversed(self.values):
            if of.kind == WILDCARD:
                text = f"{text[: of.start]}…{text[of.end :]}"
                line = f"{line[:column]}…{line[column + len(run) :]}"
        return text, line

    @property
    def columned(self) -> tuple[str, str]:
        """As much of the text and of the line as has columns: up to a wildcard, which is a word."""
        for of, _, column in self.values:
            if of.kind == WILDCARD:
                return f"{self.text[: of.start]}…", f"{self.line[:column]}…"
        return self.text, self.line

    @property
    def rewritten(self) -> str:
        """The text's line with the run's values in it."""
        made, end = "", 0
        for of, run, _ in self.values:
            made, end = made + self.text[end : of.start] + run, of.end
        return made + self.text[end:]

    @property
    def grown(self) -> int:
        """By how much its values are wider or narrower than the text's, where it has columns."""
        width = len(self.columned[0])
        return sum(
            abs(len(run) - len(of.value))
            for of, run, _ in self.values
            if of.end <= width and of.kind != WILDCARD
        )


class Pattern:
    """A line of the text with given unknowns in it."""

    def __init__(self, text: str, varying: Iterable[Unknown]) -> None:
        first = islice(varying, _MOST_VALUES + 1)
        self.text, self.unknowns = text, tuple(sorted(first, key=lambda of: of.start))
        if len(self.unknowns) > _MOST_VALUES:
            raise TooCostlyError
        cuts = [0, *(place for of in self.unknowns for place in (of.start, of.end)), len(text)]
        self._literals = [text[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
        self._squeezed = _squeezed(text)
        # What stands between words of any shape and wildcards; only before these there are columns.
        self._gaps: list[str] = []
        open_ = [of.start for of in self.unknowns if of.shape == ANYTHING]
        pieces = ["" if 0 in open_ else " *" + _slack(self._literals[0]).removeprefix("[ ]+")]
        for of, literal in zip(self.unknowns, self._literals[1:], strict=True):
            if of.shape in (ANY_WORD, ANYTHING):
                self._gaps.append(of.shape)
                pieces.append("")
            else:
                pieces[-1] += f"({of.shape})"
            pieces[-1] += re.escape(literal) if ANYTHING in self._gaps else _slack(literal)
        self._pieces = [re.compile(piece) for piece in pieces]

    def match(self, line: str, renaming: Renaming) -> Match | None:
        """TABs of the run equal the columns that they make, for that is what is copied from a
        terminal; a text that has TABs itself is as exact about them as about everything else.

        Raises TooCostlyError, see `Renaming.work`.
        """
        renaming.work(len(line) + len(self.text))
        if "\t" not in line or "\t" in self.text:
            return self._match(line, renaming)
        found = self._match(line.expandtabs(), renaming)
        if not found:
            return None
        columns = accumulate(  # a TAB goes to the next one that is a multiple of 8
            line, lambda at, one: at + (8 - at % 8 if one == "\t" else 1), initial=0
        )
        places = {column: place for place, column in enumerate(columns)}
        values = tuple((of, run, places[column]) for of, run, column in found.values)
        return replace(found, values=values)

    def _match(self, line: str, renaming: Renaming) -> Match | None:
        if not self.unknowns:
            if line == self.text:
                return Match(self.text, line)
            alike = line[-1:] == self.text[-1:] and _squeezed(line) == self._squeezed
            return Match(self.text, line, exact=False) if alike else None
        longest = 2 * len(self.text) + _LONGEST_VALUE * len(self.unknowns)
        spans = self._spans(line, renaming) if len(line) <= longest else None
        if spans is None:
            return None
        cuts = [0, *(place for span in spans for place in span), len(line)]
        literals = [line[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
        values = tuple(
            (of, line[start:end], start)
            for of, (start, end) in zip(self.unknowns, spans, strict=True)
        )
        return Match(self.text, line, values, literals == self._literals)

    def _spans(self, line: str, renaming: Renaming) -> list[tuple[int, int]] | None:
        """Where the unknowns are in a line that fits.

        Words of any shape and wildcards could end at many places, and a regular expression would
        try each with each of the next one. So from the last on it is found out where what follows
        one fits. Then a word is as long as it can be, and a wildcard as short.
        """
        first, *others = self._pieces
        if not others:
            return _groups(first.fullmatch(line))
        begun = first.match(line)
        if not begun:
            return None
        word_ends = _word_ends(line)

        def end_of(gap: str, begin: int, fits: Sequence[int]) -> int:
            """Where what begins here ends, if what follows it is to fit; 0 if nowhere."""
            if gap == ANYTHING:
                at = bisect(fits, begin)
                return fits[at] if at < len(fits) else 0
            at = bisect(fits, word_ends[begin])
            return fits[at - 1] if at and fits[at - 1] > begin else 0

        fitting: list[Sequence[int]] = []
        after: Sequence[int] = ()
        for number, piece in reversed(list(enumerate(others, 1))):
            renaming.work(len(line))
            places = range(begun.end() + 1, len(line) + 1)
            if not fitting:
                after = [place for place in places if piece.fullmatch(line, place)]
            else:
                gap = self._gaps[number]
                ends = ((place, piece.match(line, place)) for place in places)
                after = [at for at, end in ends if end and end_of(gap, end.end(), after)]
            fitting.append(after)
        spans, at = _groups(begun) or [], begun.end()
        for number, piece in enumerate(others, 1):
            end = end_of(self._gaps[number - 1], at, fitting[-number])
            fit = piece.fullmatch if number == len(others) else piece.match
            found = fit(line, end) if end else None
            if not found:
                return None
            spans += [(at, end), *(_groups(found) or [])]
            at = found.end()
        return spans


def _groups(found: re.Match[str] | None) -> list[tuple[int, int]] | None:
    return found and [found.span(group + 1) for group in range(found.re.groups)]


def _slack(literal: str) -> str:
    """What fits it but for the widths of its spaces."""
    return "[ ]+".join(map(re.escape, re.split(" +", literal)))


def _word_ends(line: str) -> list[int]:
    """For each place of a line where the word ends that it is in, if it is in any."""
    ends = list(range(len(line) + 1))
    for place in range(len(line) - 1, -1, -1):
        if not line[place].isspace():
            ends[place] = ends[place + 1]
    return ends


def _squeezed(line: str) -> str:
    return re.sub(" +", " ", line.lstrip(" "))


class TextLine:
    """A line of the text. Which values vary in it depends on those that are known by then, so that
    it is compiled when it is first compared, and again only where others of its words are known.

    One that is `exact` has no wildcards, and is none for whole lines."""

    def __init__(self, text: str, header: str = "", exact: bool = False) -> None:
        self.text, self.elided, self.header = text, text in ELISIONS and not exact, header
        self.wildcards = () if exact else tuple(wildcards(text))
        self._words = words_of(text)
        self._patterns: dict[tuple[object, ...], Pattern] = {}

    def pattern(self, renaming: Renaming) -> Pattern:
        known = renaming.known(self._words)
        open_ = renaming.wildcards(self.wildcards)
        key = known, renaming.typed.command, open_
        if key not in self._patterns:
            found = unknowns(self.text, known, renaming.typed, self.header)
            self._patterns[key] = Pattern(self.text, (*open_, *_apart_from(open_, found)))
        return self._patterns[key]

    def typed_sign(self, renaming: Renaming) -> Reason | None:
        """That a sign in it is no wildcard, since the author has typed it."""
        signs = [of.value for of in self.wildcards if renaming.typed.holds(of.sign)]
        return Reason("wildcard-typed", {"sign": signs[0]}) if signs else None

    @property
    def says_nothing(self) -> bool:
        rest = self.text
        for of in self.wildcards:
            rest = rest.replace(of.value, "")
        return self.elided or not rest.strip()


def _apart_from(these: Collection[Unknown], found: Iterable[Unknown]) -> Iterator[Unknown]:
    return (o for o in found if not any(o.start < t.end and t.start < o.end for t in these))
