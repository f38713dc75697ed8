"""Comparing what a text shows with what a run showed, line by line.

Test and bless are one function: `Expectation.compare` computes the output as the text should show
it, in the text's own values (`Comparison.corrected`). A step has passed if that is what it shows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple

from harness.compare.alignment import align
from harness.compare.pattern import Match, TextLine
from harness.compare.renaming import (
    COMPARING_SECONDS,
    Reason,
    Renaming,
    TooCostlyError,
    Value,
)
from harness.compare.shapes import WILDCARD, headers
from harness.compare.together import disordered, shifted

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
    note: Reason | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`diff` accounts for every line of both sides, `corrected` is what the text should show.

    `values` are those of the run that stand for others of the text, where the lines agree.
    `fault` says why nobody knows whether they do: then there is no diff.
    """

    passed: bool
    diff: tuple[Line, ...]
    corrected: tuple[str, ...]
    values: tuple[Value, ...] = ()
    fault: Reason | None = None


class Pair(NamedTuple):
    """A line of the text and the line of the run that agrees with it (`match`), or that an elision
    stands for; an elision comes without one first."""

    at: int
    to: int | None = None
    match: Match | None = None


@dataclass(slots=True)
class _Elision:
    """An elision on trial: it comes `after` so many pairs and begins `to` the run's line; what
    follows it may begin at `resumes`, and does at `resume`."""

    at: int
    to: int
    after: int
    mark: int
    resumes: Iterator[int]
    resume: int = -1


class Expectation:
    """The lines that a text shows, compiled: each as it is first needed, and once.

    In an `exact` one each stands for itself: there are no elisions, and no wildcards.
    """

    def __init__(self, lines: Iterable[str], exact: bool = False) -> None:
        shown = [line.rstrip() for line in lines]
        self._exact = exact
        self._lines = [TextLine(*one, exact) for one in zip(shown, headers(shown), strict=True)]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line.text for line in self._lines)

    def elided(self, at: int) -> bool:
        """Whether the line stands for any lines."""
        return self._lines[at].elided

    @property
    def says_nothing(self) -> bool:
        """Whether it has lines, and any output of that many lines, or more, would do."""
        return bool(self._lines) and all(line.says_nothing for line in self._lines)

    def instead(self, at: int, lines: Iterable[str]) -> "Expectation":
        """The same but for one line, with others in its place; what is compiled is kept."""
        other = Expectation((*self.lines[:at], *lines, *self.lines[at + 1 :]), self._exact)
        known = {(line.text, line.header): line for line in self._lines}
        other._lines = [known.get((line.text, line.header), line) for line in other._lines]
        return other

    def compare(self, actual: Sequence[str], renaming: Renaming) -> Comparison:
        """Compare with a run's lines (`lines_of`), and bind the values that vary.

        `renaming` takes up the new values of the lines that agree, whether or not all do.
        """
        try:
            with renaming.comparing():
                return self._compare(actual, renaming)
        except TooCostlyError:
            fault = Reason("too-costly", {"seconds": int(COMPARING_SECONDS)})
            return Comparison(False, (), self.lines, fault=fault)

    def _compare(self, actual: Sequence[str], renaming: Renaming) -> Comparison:
        agreed = self.agreed(actual, renaming)
        if agreed is not None:
            corrected = tuple(line.text for line in self._lines)
            diff = tuple(self._line(pair.at, pair.to, actual) for pair in agreed)
            return Comparison(True, diff, corrected, tuple(_values(agreed)))
        diff = tuple(self._difference(actual, renaming))
        run = [line for line in diff if line.kind != "missing"]
        corrected = tuple(
            renaming.rewrite(line.text, header) if line.kind == "extra" else line.text
            for line, header in zip(run, headers(line.text for line in run), strict=True)
            if not (line.kind == "elided" and line.number is None)
        )
        return Comparison(False, diff, corrected)

    def begins(self, actual: Sequence[str], renaming: Renaming) -> int | None:
        """How many of a run's lines, from its first, are all that the text shows; None if it shows
        something else, or more. Binds nothing."""
        mark = renaming.mark()
        agreed = self.agreed(actual, renaming, whole=False)
        renaming.back_to(mark)
        if agreed is None:
            return None
        return 1 + max((pair.to for pair in agreed if pair.to is not None), default=-1)

    def agreed(
        self, actual: Sequence[str], renaming: Renaming, whole: bool = True
    ) -> list[Pair] | None:
        """How all lines agree, those of a run or only its first ones; the values are bound then.
        None if they don't: then nothing is bound. Raises TooCostlyError."""
        mark = renaming.mark()
        for slack in (False, True):
            for pairs in self._ways(actual, renaming, whole, slack):
                matches = [pair.match for pair in pairs if pair.match]
                renaming.work(len(pairs))
                if not any(disordered(matches)) and not (slack and any(shifted(matches))):
                    return pairs
            renaming.back_to(mark)
        return None

    def _ways(
        self, actual: Sequence[str], renaming: Renaming, whole: bool, slack: bool
    ) -> Iterator[list[Pair]]:
        """Every way in which the lines agree; elisions stand for any lines. The values are bound
        until the next way is asked for."""
        shown = [not line.elided for line in self._lines]
        room = [*accumulate(shown[::-1])][::-1]  # that the lines from each on take, at least
        elisions: list[_Elision] = []
        found: list[Pair] = []
        attempts = at = to = 0
        while True:
            while at < len(shown) and shown[at] and to < len(actual):
                match = self._lines[at].pattern(renaming).match(actual[to], renaming)
                if not match or not (slack or match.exact) or match.bind(renaming):
                    break
                found.append(Pair(at, to, match))
                at, to = at + 1, to + 1
            if at == len(shown):
                if to == len(actual) or not whole:
                    yield _with_elided(found, elisions)
            elif not shown[at]:
                last = len(actual) - room[at]
                elides_later = room[at] < len(shown) - at - 1
                first = to if elides_later or not whole else max(to, last)
                resumes = iter(range(first, last + 1))
                elisions.append(_Elision(at, to, len(found), renaming.mark(), resumes))
            while elisions:
                elision = elisions[-1]
                renaming.back_to(elision.mark)
                del found[elision.after :]
                attempts += 1
                elision.resume = next(elision.resumes, -1)
                if elision.resume >= 0 and attempts <= _ATTEMPTS_LIMIT:
                    at, to = elision.at + 1, elision.resume
                    break
                elisions.pop()
            else:
                return

    def _line(self, at: int, to: int | None, actual: Sequence[str]) -> Line:
        line = self._lines[at]
        if line.elided:
            return Line("elided", line.text, at) if to is None else Line("elided", actual[to])
        return Line("missing" if to is None else "same", line.text, at)

    def _difference(self, actual: Sequence[str], renaming: Renaming) -> Iterator[Line]:
        """The lines of both sides, aligned so that as many as possible agree."""

        def match(at: int, to: int) -> Match | None:
            return self._lines[at].pattern(renaming).match(actual[to], renaming)

        pairs = align(self._lines, actual, renaming)
        alike = {
            at: found
            for at, to in pairs
            if at is not None and to is not None and not self._lines[at].elided
            if (found := match(at, to))
        }
        moved = dict(zip(alike, shifted(list(alike.values())), strict=True))
        mixed = dict(zip(alike, disordered(list(alike.values())), strict=True))
        for at, to in pairs:
            if at is None:
                assert to is not None
                yield Line("extra", actual[to])
                continue
            if to is not None and not self._lines[at].elided:
                found = match(at, to)
                why = found.bind(renaming) if found else None
                if not why and (not found or moved.get(at)):
                    text = found.rewritten if found else self._lines[at].text
                    why = _spaces(text, actual[to])
                if found and not why and mixed.get(at):
                    why = Reason("disordered")
                if not found and not why:
                    why = self._lines[at].typed_sign(renaming)
                if not found or why:
                    _correspond(self._lines[at], actual[to], renaming)
                    yield Line("missing", self._lines[at].text, at, why)
                    yield Line("extra", actual[to])
                    continue
            yield self._line(at, to, actual)


def _with_elided(found: Sequence[Pair], elisions: Iterable[_Elision]) -> list[Pair]:
    pairs: list[Pair] = []
    taken = 0
    for one in elisions:
        elided = (Pair(one.at, line) for line in range(one.to, one.resume))
        pairs += (*found[taken : one.after], Pair(one.at), *elided)
        taken = one.after
    return [*pairs, *found[taken:]]


def _values(pairs: Iterable[Pair]) -> Iterator[Value]:
    for pair in pairs:
        if pair.match and pair.to is not None:
            for of, run, column in pair.match.values:
                if of.value != run and of.kind != WILDCARD:
                    yield Value(of.kind, of.value, run, "output", pair.to, column)


def _spaces(text: str, run: str) -> Reason | None:
    """Where the white space of two lines first differs, if that is all that differs."""
    if "".join(text.split()) != "".join(run.split()):
        return None
    same = (place for place, (a, b) in enumerate(zip(text, run, strict=False)) if a != b)
    start = len(text[: next(same, min(len(text), len(run)))].rstrip())
    here, there = (line[start : len(line) - len(line[start:].lstrip())] for line in (text, run))
    named = {"text": _visible(here), "run": _visible(there)}
    return Reason("spaces-differ", {"column": start + 1, **named})


def _visible(space: str) -> str:
    """White space as signs: ``␣␣``, ``␣×12``, ``⇥``, ``U+00A0``, ``∅``."""
    signs = [{" ": "␣", "\t": "⇥"}.get(one, f"U+{ord(one):04X}") for one in space]
    if len(signs) > 3 and len(set(signs)) == 1:
        return f"{signs[0]}×{len(signs)}"
    return "".join(signs) or "∅"


def _correspond(text: TextLine, line: str, renaming: Renaming) -> None:
    """Bind the values of a line that has become another, where they stand at the same words.

    So the correction of ``1234`` to ``87 bash`` is ``1234 bash``.
    """
    ours, theirs = text.text.split(), line.split()
    for unknown in text.pattern(renaming).unknowns:
        index = len(text.text[: unknown.start].split())
        at_a_word = ours[index : index + 1] == [unknown.value] and unknown.kind != WILDCARD
        if at_a_word and index < len(theirs):
            known = renaming.is_bound(unknown.kind, unknown.value)
            if not known and re.fullmatch(unknown.shape, theirs[index]):
                renaming.bind_all([(unknown, theirs[index])], text.text, line)


def lines_of(output: str) -> tuple[str, ...]:
    """Output as lines, without trailing space and control sequences; a last newline ends a line."""
    # What is never ended ends at the next escape: else a flood of beginnings takes for ever.
    output = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*\x07|[@-Z\\^_])", "", output)
    lines = output.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(_overwritten(line.rstrip("\r")).rstrip() for line in lines)


def _overwritten(line: str) -> str:
    """A line as it stands in the end: after a carriage return it is written over from its start."""
    shown = ""
    for part in reversed(line.split("\r")):
        shown += part[len(shown) :]
    return shown
