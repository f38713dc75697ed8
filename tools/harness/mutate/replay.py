"""A scenario's run once more, without a machine: its recorded outputs compared in their order."""

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness import record
from harness.compare import Expectation, Pair, TooCostlyError, lines_of
from harness.plan.scenario import Action, Interaction, Put, Scenario
from harness.record import Entry
from harness.run.play import Script
from harness.run.terminal import without_layout


@dataclass(frozen=True, slots=True)
class Turn:
    """A step with what the run typed, and what its terminal then showed.

    `comes` are the actions since the step before, this one last: their blocks may name values that
    vary. `last` says that no step of its terminal comes after it.
    """

    step: Interaction
    comes: tuple[Action, ...]
    typed: str
    shown: tuple[str, ...]
    last: bool
    expected: Expectation

    @property
    def text(self) -> tuple[str, ...]:
        """The lines that the text shows."""
        return self.step.exchange.output


def turns(scenario: Scenario, entries: Iterable[Entry]) -> tuple[Turn, ...] | None:
    """The turns of a scenario's run, by itself or from top to bottom; None unless a record has all
    of them and all have passed."""
    digests = tuple(block.fence.digest for block in scenario.blocks)

    def is_of_it(entry: Entry) -> bool:
        its = set(digests) <= set(entry.scenario) if entry.since else entry.scenario == digests
        return entry.chapter == scenario.chapter.as_posix() and its

    known: dict[str, list[Entry]] = {}
    for entry in filter(is_of_it, entries):
        known.setdefault(entry.digest, []).append(entry)
    found: dict[int, record.Step] = {}
    for block in scenario.blocks:
        of_block = known.get(block.fence.digest)
        planned = [step for step in scenario.interactions if step.block.line == block.line]
        if not of_block:  # a program of another scenario, too: the record has it there
            if any(step.exchange.output for step in planned):
                return None
            continue
        entry = of_block.pop(0)  # equal blocks have equal entries, in their order
        if entry.verdict != "passed" or len(entry.steps) != len(planned) or _is_cut(entry):
            return None
        found |= {ours.line: theirs for ours, theirs in zip(planned, entry.steps, strict=True)}
    return tuple(_turns(scenario, found))


def _is_cut(entry: Entry) -> bool:
    """Whether the record has not all that was shown."""
    return any(step.cut for step in entry.steps)


def _turns(scenario: Scenario, found: Mapping[int, record.Step]) -> Iterator[Turn]:
    last = {step.terminal: step.line for step in scenario.interactions}
    comes: list[Action] = []
    for action in scenario.actions:
        comes.append(action)
        if isinstance(action, Interaction):
            theirs = found.get(action.line)
            typed = theirs.command if theirs else action.exchange.text
            shown = lines_of(theirs.output) if theirs else ()
            ended = last[action.terminal] == action.line
            expected = Expectation(action.exchange.output, action.settings.exact)
            yield Turn(action, tuple(comes), typed, shown, ended, expected)
            comes = []


@dataclass(slots=True)
class Replay:
    """How far a run has got: the values that stand for the text's, and what terminals have shown
    beyond what the text has of it so far."""

    script: Script = field(default_factory=Script)
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def copy(self) -> "Replay":
        script: Script = pickle.loads(pickle.dumps(self.script))  # a third of deepcopy()'s time
        return Replay(script, dict(self.held))

    def come_to(self, turn: Turn) -> bool:
        """Come to a step. False if its command would be typed otherwise than it was in the run."""
        for action in turn.comes:
            if isinstance(action, Put):
                self.script.put(action)
        lines, _ = self.script.type(turn.step)
        return ("\n".join(lines) or turn.step.exchange.text) == turn.typed

    def take(self, turn: Turn, expected: Expectation) -> list[Pair] | None:
        """How the step's output agrees with what is expected, as `harness.run.play` compares it;
        the values are bound then. None if it does not."""
        terminal = turn.step.terminal
        shown = (*self.held.get(terminal, ()), *turn.shown)
        later: tuple[str, ...] = ()
        try:
            if turn.step.goes_on and not turn.last:  # what the text doesn't show yet comes later
                many = expected.begins(shown, self.script.renaming)
                if many is None:
                    return None
                shown, later = shown[:many], shown[many:]
            expected = without_layout(turn.step.exchange, expected, shown)
            pairs = expected.agreed(shown, self.script.renaming)
        except TooCostlyError:
            return None
        if pairs is not None:
            self.held[terminal] = later
        return pairs

    def follow(self, later: Sequence[Turn]) -> bool:
        """Whether the steps that come now agree as well.

        What was shown after commands that would be typed otherwise now is all that is known.
        """
        for turn in later:
            self.come_to(turn)
            if self.take(turn, turn.expected) is None:
                return False
        return True
