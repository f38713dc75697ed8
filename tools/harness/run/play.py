"""Playing a scenario in a machine: type each step, compare what it showed, judge how it ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from harness.compare import Comparison, Line, Reason, Renaming, Value, lines_of
from harness.machine import Machine
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.plan.scenario import Interaction, Put, Scenario
from harness.record import DIFFERS, Step
from harness.run.step.claims import as_shell, check_prompt, fault_of, moved, runs_nothing
from harness.run.step.ran import unrun
from harness.run.terminal import REST, BrokenError, Budget, Terminals, Turn

_CONTEXT_LINES = 3
_MOST_LINES = 60


Left = tuple[int, str]
"""A line of a chapter, and what its step has left behind (see `harness.guest.left`)."""


@dataclass(frozen=True, slots=True)
class Playing:
    """What became of a scenario: the steps that it has taken.

    `broken` is why it could not go on, and at which line of the chapter. `left` is what it has left
    behind in the machine, each with the line of the step that did it, `unrun` the lines of blocks
    with a program that has not run.
    """

    steps: tuple[Step, ...]
    broken: tuple[Reason, int] | None = None
    left: tuple[Left, ...] = ()
    unrun: tuple[int, ...] = ()


class Script:
    """What a scenario's text puts and types, with the run's values as far as they are known.

    A run and its replay (`harness.mutate.replay`) go through it in the same way.
    """

    def __init__(self) -> None:
        self.renaming = Renaming()
        self._commands: dict[str, str] = {}  # the last of each terminal

    def put(self, action: Put) -> None:
        self.renaming.introduce(action.block.varies)
        self.renaming.typed.put(action.path, action.text)

    def type(self, action: Interaction) -> tuple[list[str], tuple[Value, ...]]:
        """The lines to be typed, and the run's values in them; what is shown next is compared as
        what these lines print."""
        lines = action.exchange.lines
        self.renaming.introduce(action.block.varies)
        prompt = action.exchange.prompt
        if prompt and prompt.sign != "?":
            self._commands[action.terminal] = action.exchange.text
        typed = [self.renaming.command(line) for line in lines]
        replaced = tuple(self.renaming.replaced(lines))
        self.renaming.type(lines, self._commands.get(action.terminal, ""))
        return typed, replaced

    def back_at(self, terminal: str) -> None:
        """What is shown next is what a terminal shows of its last command."""
        self.renaming.type((), self._commands.get(terminal, ""))


class _Player:
    """A scenario on its way through a machine."""

    def __init__(self, scenario: Scenario, channel: Channel, terminals: Terminals) -> None:
        self.scenario, self.channel, self.terminals = scenario, channel, terminals
        self.script, self._budget = Script(), Budget()
        self.steps: list[Step] = []
        self._last: dict[str, tuple[int, Turn]] = {}  # by the terminal: place in `steps`, its turn

    def put(self, action: Put) -> None:
        self.script.put(action)
        if action.given:
            given = action.path, action.text
            if given in self.terminals.given:  # what a section before has made of it stays
                return
            self.terminals.given.add(given)
        self.channel.request(
            "put",
            path=action.path,
            text=action.text,
            mode=action.mode,
            owner=self.scenario.user,
            line=action.line,
            given=action.given,
        )

    def play(self, action: Interaction) -> None:
        """Take a step. Raises BrokenError if it has not ended, and should have."""
        exchange = action.exchange
        terminal, user = self.terminals.of(action), self.terminals.user(action)
        if exchange.prompt:
            prompt = exchange.prompt
            written = self.script.renaming.command(str(prompt))
            check_prompt(prompt, written, terminal, self.scenario.output)
        uid = terminal.uid
        typed, replaced = self.script.type(action)
        turn = Turn(
            action, terminal, map(self.script.renaming.command, action.prompts), self._budget
        )
        broken: BrokenError | None = None
        comparison: Comparison | None = None
        try:
            turn.type(typed)
            if action.goes_on:
                turn.until_shown(self.script.renaming)
            fault = fault_of(action, terminal, turn.output)
            comparison = turn.compare(self.script.renaming)
            fault = fault or (moved(turn.output) if comparison.passed else None)
        except BrokenError as error:
            broken, fault = error, error.reason
        if terminal.uid not in (uid, None):
            terminal.since = exchange.line
        self._last[action.terminal] = len(self.steps), turn
        self.steps.append(
            Step(
                line=exchange.line,
                terminal=action.terminal,
                prompt=str(exchange.prompt or ""),
                text=exchange.text,
                command="\n".join(typed) or exchange.text,
                output_line=exchange.output_line,
                status=None if runs_nothing(action) else as_shell(terminal.status),
                user=user,
                seconds=round(turn.seconds, 3),
                **_found(turn.output, comparison, fault, replaced),
            )
        )
        if broken:
            raise broken

    def finish(self) -> None:
        """Look for what terminals have shown after their last steps, and no block shows."""
        for place, turn in self._last.values():
            terminal, step = turn.terminal, self.steps[place]
            before = terminal.state
            if before == "closed":
                continue
            running = before == "running"
            late = terminal.ask("wait", REST, until="settled") if running else terminal.late()
            more, terminal.held = terminal.held + late, ""
            if more.strip() and step.passed:
                output = turn.output + more
                self.script.back_at(step.terminal)
                comparison = turn.expected.compare(lines_of(output), self.script.renaming)
                typed = tuple(value for value in step.values if value.where == "command")
                fault = moved(output) if comparison.passed else None
                step = replace(step, **_found(output, comparison, fault, typed))
            went_on = running and turn.action.goes_on == "running"
            if went_on and terminal.state == "shell" and (step.passed or step.differs):
                step = replace(step, reason=Reason("ended-early", {"status": str(terminal.status)}))
            self.steps[place] = step
        self._look_at_predictions()

    def _look_at_predictions(self) -> None:
        """What differs in the text may be of two kinds, of which a run may have one value."""
        renaming = self.script.renaming
        for block in self.scenario.blocks:
            if block.unlike and len(set(map(renaming.command, block.unlike))) == 1:
                one, other = block.unlike
                why = Reason("predicted", {"one": one, "other": other})
                at = max(n for n, step in enumerate(self.steps) if step.line <= block.fence.end)
                if self.steps[at].passed:
                    self.steps[at] = replace(self.steps[at], reason=why)


def play(scenario: Scenario, machine: Machine) -> Playing:
    """Play all steps of a scenario, stopping only where the next would not mean what it says.

    Never raises for what a scenario does, be it to its machine.
    """
    (playing,) = play_together((scenario,), machine, Terminals(machine.channel))
    return playing


def play_together(
    scenarios: Sequence[Scenario], machine: Machine, terminals: Terminals
) -> tuple[Playing, ...]:
    """Play the steps of scenarios in the order of the page, in terminals that may be open already.

    Each has a renaming of its own; what breaks one stops all.
    """
    players = [_Player(scenario, machine.channel, terminals) for scenario in scenarios]
    steps = [(player, action) for player in players for action in player.scenario.actions]
    steps.sort(key=lambda step: step[1].line)
    line = steps[0][1].line
    terminals.forget_closed()
    try:
        # The first PID namespace is the agent's, and of what asks for a kernel of its own.
        if machine.kind == "qemu" and not any(scenario.needs_vm for scenario in scenarios):
            machine.channel.request("below")
        for player, action in steps:
            line = action.line
            if isinstance(action, Put):
                player.put(action)
            else:
                player.play(action)
        told = machine.channel.request("left", within=REST)
        left = [(line, what) for line, what in told["left"]]
        for player in players:
            player.finish()  # last: what has been shown until now belongs to them
        said = any(player.scenario.leaves for player in players)
        return tuple(
            Playing(
                tuple(player.steps),
                None,
                tuple(_of(player.scenario, left, said)),
                tuple(unrun(player.scenario, told["seen"])),
            )
            for player in players
        )
    except BrokenError as error:
        reason = error.reason
    except AgentGoneError as error:
        reason = Reason("machine", {"why": f"{error}: {machine.epitaph()}"})
    except AgentRefusedError as error:
        reason = Reason("machine", {"why": str(error)})
    return tuple(Playing(tuple(player.steps), (reason, line)) for player in players)


def _of(scenario: Scenario, left: Iterable[Left], said: bool) -> Iterator[Left]:
    """What a scenario has left behind, of all that a section has: where one of its scenarios has
    `said` so, that one answers for all of it.
    """
    for line, what in left:
        if scenario.leaves if said else any(block.has(line) for block in scenario.blocks):
            yield line, what


def _found(
    output: str, comparison: Comparison | None, fault: Reason | None, typed: tuple[Value, ...]
) -> dict[str, Any]:
    """What a step showed, as the record has it: cleaned as it was for the comparison.

    `fault` is what else is wrong, `typed` are the values that its command was typed with.
    """
    shown = {"output": "".join(f"{line}\n" for line in lines_of(output)), "reason": fault}
    if comparison is None or comparison.passed:
        return shown | {"values": (*typed, *(comparison.values if comparison else ()))}
    difference, more = _hunk(comparison.diff)
    return shown | {
        "reason": fault or comparison.fault or Reason(DIFFERS),
        "difference": difference,
        "more": more,
        "corrected": comparison.corrected,
        "values": typed,
    }


def _hunk(diff: Sequence[Line]) -> tuple[tuple[Line, ...], int]:
    """The lines of a diff that differ, and a few around them; and how many more there would be."""
    changed = [i for i, line in enumerate(diff) if line.kind in ("missing", "extra")]
    near = {i + d for i in changed for d in range(-_CONTEXT_LINES, _CONTEXT_LINES + 1)}
    shown = tuple(line for i, line in enumerate(diff) if i in near)
    return shown[:_MOST_LINES], max(0, len(shown) - _MOST_LINES)
