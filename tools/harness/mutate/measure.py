"""Which changes of a text would pass, by which rule, and how many of them all are caught."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from harness.compare import Pair
from harness.compare.shapes import MEASURES, WILDCARD, Unknown
from harness.mutate.changes import Change, of_line, of_value
from harness.mutate.replay import Replay, Turn, turns
from harness.plan.chapter import Chapter
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection
from harness.record import Entry, Score, Survivor, text_digest
from zenn.book import ProjectError
from zenn.guard import bounded
from zenn.guard.bounds import TooMuchError

SECONDS = 600.0  # of CPU time for a chapter; those of this book take a few
_WHOLE_LINES = ("dropped", "doubled")


@dataclass(frozen=True, slots=True)
class Measured:
    """The score of a chapter, or of some of its scenarios.

    `untold` are the lines of the scenarios of which the record has no run that has passed; `unlike`
    those of steps that passed when they ran and don't now: the harness is another, or the record.
    """

    score: Score
    untold: tuple[int, ...]
    unlike: tuple[int, ...]


def measure_all(selection: Selection, entries: Sequence[Entry]) -> list[Measured]:
    """Each chapter measured, by those of its scenarios that were asked for.

    :raises ProjectError: one takes too much of the processor's time.
    """
    found = []
    for one in selection.chapters:
        try:
            with bounded(f"{one.path}: changing what it shows", SECONDS):
                found.append(measure(one, selection.of(one), entries))
        except TooMuchError as error:
            raise ProjectError(f"{error}, or name some of its lines") from None
    return found


def measure(chapter: Chapter, scenarios: Iterable[Scenario], entries: Iterable[Entry]) -> Measured:
    """Change what the text of a chapter's scenarios shows, and compare each change with what the
    entries have of their runs."""
    name = chapter.path.as_posix()
    ours = [entry for entry in entries if entry.chapter == name]
    caught, survivors, varying = 0, list[Survivor](), Counter[str]()
    untold, unlike = list[int](), list[int]()
    for scenario in scenarios:
        run = turns(scenario, ours)
        if run is None:
            untold.append(scenario.line)
            continue
        trial = _Trial(run)
        if trial.unlike:
            unlike.append(trial.unlike)
            continue
        for place, at, change in trial.changes():
            rule = trial.passes_by(place, at, change)
            if not rule:
                caught += 1
            elif trial.says_nothing(place, at, change):
                varying[rule] += 1
            else:
                survivors.append(_survivor(run[place], at, change, rule))
    survivors.sort(key=lambda one: one.line)
    digest = text_digest(block.fence.digest for block in chapter.blocks)
    score = Score(
        chapter=name, text=digest, caught=caught, survivors=tuple(survivors), varying=varying
    )
    return Measured(score, tuple(untold), tuple(unlike))


def _survivor(turn: Turn, at: int, change: Change, rule: str) -> Survivor:
    return Survivor(
        line=turn.step.exchange.output_line + at,
        how=change.how,
        rule=rule,
        old=turn.text[at],
        new="\n".join(change.lines),
    )


class _Trial:
    """A scenario's run, with all that its text could show instead.

    `unlike` is the line of the first step that doesn't pass as the text is, 0 if there is none.
    """

    def __init__(self, run: Sequence[Turn]) -> None:
        self.run, self.unlike = run, 0
        self._before: list[Replay] = []  # each step, as far as the run has got by then
        self._unknowns: list[Mapping[int, Sequence[Unknown]]] = []  # of each step, by its line
        self._values: dict[str, list[str]] = {}  # by kind, as often as the text shows them
        self._named = {(v.value, v.kind) for t in run for a in t.comes for v in a.block.varies}
        replay = Replay()
        for turn in run:
            typed_alike = replay.come_to(turn)
            self._before.append(replay.copy())
            pairs = replay.take(turn, turn.expected) if typed_alike else None
            if pairs is None:
                self.unlike = turn.step.line
                break
            matches = {pair.at: pair.match for pair in pairs if pair.match}
            found = {at: [of for of, _, _ in match.values] for at, match in matches.items()}
            self._unknowns.append(found)
            for of in chain.from_iterable(found.values()):
                self._values.setdefault(of.kind, []).append(of.value)

    def changes(self) -> Iterator[tuple[int, int, Change]]:
        """Every change, with the places of its step and of its line."""
        for place, turn in enumerate(self.run):
            for at, line in enumerate(turn.text):
                for change in of_line(line, turn.expected.elided(at)):
                    yield place, at, change
                for value in self._unknowns[place].get(at, ()):
                    if value.kind == WILDCARD:
                        continue
                    for change in of_value(line, value, self._values[value.kind]):
                        yield place, at, change

    def passes_by(self, place: int, at: int, change: Change) -> str:
        """By which rule the scenario passes if its text is changed so; empty if it doesn't."""
        turn, replay = self.run[place], self._before[place]
        mark, held = replay.script.renaming.mark(), dict(replay.held)
        pairs = replay.take(turn, turn.expected.instead(at, change.lines))
        if pairs is None:
            return ""
        later = self.run[place + 1 :]
        passes = not later or replay.copy().follow(later)
        replay.script.renaming.back_to(mark)
        replay.held = held
        return self._rule(turn, at, change, pairs) if passes else ""

    def says_nothing(self, place: int, at: int, change: Change) -> bool:
        """Whether a change is within a value of which the text says no more than its shape: that of
        a measure, or one that stands nowhere else to be equal with."""
        if change.how in _WHOLE_LINES:
            return False
        return any(
            of.start <= change.begin
            and change.end <= of.end
            and (of.kind in (*MEASURES, WILDCARD) or (change.how != "equal" and self._alone(of)))
            for of in self._unknowns[place].get(at, ())
        )

    def _alone(self, value: Unknown) -> bool:
        return self._values[value.kind].count(value.value) == 1

    def _rule(self, turn: Turn, at: int, change: Change, pairs: Sequence[Pair]) -> str:
        if change.how not in _WHOLE_LINES:
            match = next(pair.match for pair in pairs if pair.at == at)
            for of, _, _ in match.values if match else ():
                if of.start <= change.begin < of.end:
                    if of.kind == WILDCARD:
                        return WILDCARD
                    named = (of.value, of.kind) in self._named
                    sort = "varies" if named else "measure" if of.kind in MEASURES else "shape"
                    return f"{sort} {of.kind}"
            if match and (change.how == "space" or not match.exact):
                return "columns"
        if turn.expected.elided(at) or any(not pair.match for pair in pairs):
            return "elision"
        if turn.step.exchange.airy and at == len(turn.text) - 1:
            return "blank"
        return "prefix" if turn.step.goes_on else "unexplained"
