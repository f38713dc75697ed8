"""The renaming that carries the values of the text to those of a run.

Two sorts of values vary from run to run (which they are, `harness.compare.shapes` knows; some are
named by the author, `varies:`):

* **names** (an inode, a MAC address, a key, a UUID, a PID …) are renamed one-to-one throughout a
  scenario: equal in the run where the text shows equal, different where it shows different;
* **measures** (a date, a time, an uptime, a round-trip time) only keep their shape: two of them
  being equal says nothing, for a clock may or may not tick between them. What dates of one output
  keep nevertheless, `harness.compare.together` says.

A wildcard of the text's with a name (``<...:dir>``) stands for the same wherever it is, but two of
them may well stand for the same, too.

Neither varies where the author has typed it (`harness.compare.typed`).
"""

import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from harness.compare.shapes import (
    LOCAL,
    MEASURES,
    WILDCARD,
    Unknown,
    standing,
    unknowns,
    wildcards,
    words_of,
)
from harness.compare.typed import Typed

_LONG = 8  # letters or digits; PIDs have at most 7
COMPARING_SECONDS = 5.0  # of CPU time for all comparisons of a scenario, which take milliseconds
_LOOK_EVERY = 10_000  # characters that are compared between two looks at the clock


class TooCostlyError(Exception):
    """Comparing has taken more CPU time than a scenario may: nobody's output is worth that."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not as the text says: a code (``output-differs``), and what its words name:
    values, numbers, names of programs.

    English words are in `harness.report.words`, a reader's in `pages.verified.words`. Two codes
    carry words of their own as ``why``: ``author`` an author's, ``machine`` what a machine or its
    agent said last.
    """

    code: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Varying:
    """A value of the text that every run has anew, and what it is (``1234``, ``pid``)."""

    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the text, of some kind (``inode``), and the run's that stands for it.

    `line` and `column` are where the run has it, from 0: among the lines typed, or among those of
    its output (`harness.compare.lines_of`).
    """

    kind: str
    text: str
    run: str
    where: Literal["command", "output"]
    line: int
    column: int


class _Side:
    """The values of one side, text or run, found by their longest words."""

    def __init__(self) -> None:
        self.named: dict[str, str] = {}  # by the author, whose kind counts
        # Of each word: its values, with their kinds, the last one last.
        self._by_word: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(
            partial(defaultdict, list)
        )

    def name(self, value: str, kind: str) -> None:
        self.named[value] = kind
        self.bind(value, kind)

    def bind(self, value: str, kind: str) -> None:
        self._kinds(value).append(kind)

    def release(self, value: str) -> None:
        self._kinds(value).pop()

    def _kinds(self, value: str) -> list[str]:
        return self._by_word[max(words_of(value), key=len)][value]

    def near(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The values that may stand in a line of these words, each with its kind."""
        for value, kinds in self.kinds(words):
            yield value, self.named.get(value, kinds[-1])

    def kinds(self, words: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """The values that may stand in a line of these words, each with all that it was called."""
        for word in words:
            for value, kinds in self._by_word.get(word, {}).items():
                if kinds:
                    yield value, kinds


class Renaming:
    """The scenario's values: which the text names, and which of the run's stands for each.

    One-to-one within a kind. It grows as the run goes on; what a trial has bound since a `mark` can
    be taken back.
    """

    def __init__(self) -> None:
        self._actual: dict[tuple[str, str], str] = {}  # in the order of binding
        self._textual: dict[tuple[str, str], str] = {}
        self._text, self._run = _Side(), _Side()
        self.typed = Typed()
        self._seconds = COMPARING_SECONDS
        self._until = math.inf
        self._work = 0

    @property
    def exhausted(self) -> bool:
        """Whether all the CPU time is used up that comparing may take."""
        return self._seconds <= 0

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """Within it `work` counts what is done against the CPU time that is left."""
        started = time.thread_time()
        self._until, self._work = started + self._seconds, _LOOK_EVERY
        try:
            yield
        finally:
            self._seconds -= time.thread_time() - started
            self._until = math.inf

    def work(self, characters: int) -> None:
        """So many characters are about to be compared. Raises TooCostlyError."""
        self._work += characters
        if self._work >= _LOOK_EVERY:
            self._work = 0
            if time.thread_time() > self._until:
                self._seconds = 0.0
                raise TooCostlyError

    def introduce(self, varies: Iterable[Varying]) -> None:
        for value in varies:
            self._text.name(value.value, value.kind)

    def type(self, lines: Iterable[str], command: str) -> None:
        """Something is typed; what is shown next is the output of `command`.

        What an output has shown before, the reader copies: it isn't the author's choice.
        """
        for line in lines:
            pieces = self._pieces(line)
            self.typed.add(text for kind, text, _ in pieces if not kind and text)
        self.typed.command = command

    def bind(self, kind: str, text: str, actual: str) -> Reason | None:
        """Let `actual` stand for `text`. None if that is consistent, else why it is not."""
        if kind in MEASURES or (kind == WILDCARD and ":" not in text):
            return None
        known = self._actual.get((kind, text))
        if known is not None and known != actual:
            return Reason(
                "inode-changed" if kind == "inode" else "value-changed",
                {"text": text, "before": known, "now": actual},
            )
        other = self._textual.get((kind, actual))
        if other is not None and other != text:
            return Reason(
                "inodes-merged" if kind == "inode" else "values-merged",
                {"one": other, "other": text, "run": actual},
            )
        if known is None:
            self._actual[kind, text] = actual
            if kind != WILDCARD:
                self._textual[kind, actual] = text
            if self._spreads(kind, text):
                self._text.bind(text, kind)
                self._run.bind(actual, kind)
        return None

    def bind_all(
        self, values: Sequence[tuple[Unknown, str]], text: str, line: str
    ) -> Reason | None:
        """Bind the values of a line of the text that stand together: all of them, or none."""
        mark = self.mark()
        as_it_stands = self.typed.holds_line(text) or self.typed.holds_line(line)
        for of, run in values:
            why = None
            if of.kind == WILDCARD and of.sign in run:
                why = Reason("wildcard-printed", {"sign": of.value})
            elif of.recognised and run != of.value:
                parts = self.typed.part(of, of.value), self.typed.part(of, run)
                if as_it_stands or parts[0] != parts[1]:
                    chosen = of.value if parts[0] or not parts[1] else run
                    named = {"typed": chosen, "value": of.value, "kind": of.kind}
                    why = Reason("typed", named)
            if why := why or self.bind(of.kind, of.value, run):
                self.back_to(mark)
                return why
        return None

    def usurped(self, text: str, line: str) -> Reason | None:
        """Why a line of the run, which agrees otherwise, has a value where the text has not the one
        that it stands for: it is the same by chance, as the inodes of a kernel's first namespaces
        are. A short one, a PID say, may well be meant as another number."""
        for run, kind in self._run.near(words_of(line)):
            ours = self._textual[kind, run]
            if ours != run and len(run) >= _LONG:
                there = len(standing(run).findall(line))
                if there > len(standing(ours).findall(text)):
                    code = "inodes-merged" if kind == "inode" else "values-merged"
                    return Reason(code, {"one": ours, "other": run, "run": run})
        return None

    def mark(self) -> int:
        return len(self._actual)

    def back_to(self, mark: int) -> None:
        """Forget what has been bound since the mark."""
        while len(self._actual) > mark:
            (kind, text), actual = self._actual.popitem()
            self._textual.pop((kind, actual), None)
            if self._spreads(kind, text):
                self._text.release(text)
                self._run.release(actual)

    def wildcards(self, these: Iterable[Unknown]) -> tuple[Unknown, ...]:
        """Those that are some: what has such a sign in it that the author has typed is text.

        One whose name is known stands for what that stood for.
        """
        known = {of: self._actual.get((WILDCARD, of.value)) for of in these}
        return tuple(
            of if run is None else replace(of, shape=re.escape(run))
            for of, run in known.items()
            if not self.typed.holds(of.sign)
        )

    def is_bound(self, kind: str, text: str) -> bool:
        return (kind, text) in self._actual

    def known(self, words: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Values of the text, and kinds, that may stand in a line of these words (`words_of`)."""
        return tuple(self._text.near(words))

    def _spreads(self, kind: str, text: str) -> bool:
        """Whether a value means the same wherever it stands, in other outputs and in commands."""
        few = kind in (*LOCAL, WILDCARD) or (kind == "pid" and len(text) < 3)
        return text in self._text.named or not few

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
        run = {
            value: (kind, self._actual[kind, value])
            for value, kinds in self._text.kinds(words_of(line))
            for kind in kinds
            if (kind, value) in self._actual and self._spreads(kind, value)
        }
        for of in wildcards(line):
            if (WILDCARD, of.value) in self._actual:
                run[of.value] = WILDCARD, self._actual[WILDCARD, of.value]
        place = 0
        for found in standing(*run).finditer(line) if run else ():
            yield "", line[place : found.start()], line[place : found.start()]
            kind, actual = run[found[0]]
            yield kind, found[0], actual
            place = found.end()
        yield "", line[place:], line[place:]

    def rewrite(self, line: str, header: str = "") -> str:
        """A line of the run in the values of the text; values new to it keep the run's."""
        pieces, place = [], 0
        chosen = self.typed.holds_line(line)
        for unknown in unknowns(line, self._run.near(words_of(line)), self.typed, header):
            pieces.append(line[place : unknown.start])
            stays = chosen or self.typed.part(unknown, unknown.value)
            if unknown.recognised and stays:
                pieces.append(unknown.value)
            else:
                pieces.append(self._as_text(unknown.kind, unknown.value))
            place = unknown.end
        return "".join(pieces) + line[place:]

    def _as_text(self, kind: str, actual: str) -> str:
        if kind in MEASURES:
            return actual
        text = self._textual.get((kind, actual), actual)
        while self._actual.get((kind, text), actual) != actual:  # the text means another by it
            self.work(len(text))
            text = another(text)
        self.bind(kind, text, actual)
        return text


def another(value: str) -> str:
    """Another value of the same shape and width."""
    digits = "0123456789abcdef" if re.search("[a-f]", value) else "0123456789"
    for place in range(len(value) - 1, -1, -1):
        if value[place] in digits[:-1]:
            after = digits[digits.index(value[place]) + 1]
            return value[:place] + after + value[place + 1 :]
        if value[place] == digits[-1]:
            value = value[:place] + digits[0] + value[place + 1 :]
    return value + "1"
