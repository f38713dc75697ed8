"""Playing a scenario in a machine: type each step, compare what it showed, judge how it ended."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from msgspec.structs import replace

from harness.compare import Comparison, Expectation, Line, Reason, Renaming, Value, lines_of
from harness.machine import Machine
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.machine.lifeline import signal_name
from harness.plan.scenario import Interaction, Put, Scenario
from harness.record import DIFFERS, Step
from harness.run.terminal import REST, BrokenError, Terminal, Terminals, Turn
from zenn.console import Prompt

_CONTEXT_LINES = 3
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Playing:
    """What became of a scenario: the steps that it has taken.

    `broken` is why it could not go on, and at which line of the chapter. `left` names the processes
    that were still there at its end, and died with the machine.
    """

    steps: tuple[Step, ...]
    broken: tuple[Reason, int] | None = None
    left: tuple[str, ...] = ()


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
        if action.exchange.prompt:
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
        self.script = Script()
        self.steps: list[Step] = []
        self._last: dict[str, tuple[int, Turn]] = {}  # by the terminal: place in `steps`, its turn

    def put(self, action: Put) -> None:
        self.script.put(action)
        self.channel.request(
            "put", path=action.path, text=action.text, mode=action.mode, owner=self.scenario.user
        )

    def play(self, action: Interaction) -> None:
        """Take a step. Raises BrokenError if it has not ended, and should have."""
        exchange = action.exchange
        terminal, user = self.terminals.of(action), self.terminals.user(action)
        if exchange.prompt:
            _check_prompt(exchange.prompt, terminal, self.scenario.output)
        uid = terminal.uid
        typed, replaced = self.script.type(action)
        turn = Turn(action, terminal)
        broken: BrokenError | None = None
        comparison: Comparison | None = None
        try:
            turn.type(typed)
            if action.goes_on:
                turn.until_shown(self.script.renaming)
            fault = _fault(action, terminal, turn.output)
            comparison = turn.compare(self.script.renaming)
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
                status=None if _runs_nothing(action) else _status(terminal.status),
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
                step = replace(step, **_found(output, comparison, None, typed))
            went_on = running and turn.action.goes_on == "running"
            if went_on and terminal.state == "shell" and (step.passed or step.differs):
                step = replace(step, reason=Reason("ended-early", {"status": str(terminal.status)}))
            self.steps[place] = step

    def left(self) -> Iterator[str]:
        for process in self.channel.request("processes")["processes"]:
            if not process["shell"]:
                yield f"{process['command']} (pid {process['pid']})"


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
    line = min(scenario.line for scenario in scenarios)
    terminals.forget_closed()
    try:
        steps = [(player, action) for player in players for action in player.scenario.actions]
        for player, action in sorted(steps, key=lambda step: step[1].line):
            line = action.line
            if isinstance(action, Put):
                player.put(action)
            else:
                player.play(action)
        for player in players:
            player.finish()
        left = tuple(players[0].left())
        return tuple(Playing(tuple(player.steps), None, left) for player in players)
    except BrokenError as error:
        reason = error.reason
    except AgentGoneError as error:
        reason = Reason("machine", {"why": f"{error}: {machine.epitaph()}"})
    except AgentRefusedError as error:
        reason = Reason("machine", {"why": str(error)})
    return tuple(Playing(tuple(player.steps), (reason, line)) for player in players)


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


def _check_prompt(prompt: Prompt, terminal: Terminal, output: str) -> None:
    """Raises BrokenError where the terminal's prompt would not be the one of the text.

    `output` is the title of blocks that show output which looks like a prompt.
    """
    if terminal.state == "closed":
        how, named = _end(terminal.status)
        raise BrokenError(Reason(f"{how}-before", named))
    if terminal.state == "running":
        raise BrokenError(Reason("still-running"))
    if terminal.state != ("repl" if prompt.sign == ">>>" else "shell"):
        raise BrokenError(
            Reason(f"prompt-at-{terminal.state}", {"sign": prompt.sign, "program": terminal.reader})
        )
    if prompt.sign == "#" and terminal.uid != 0:
        where = {"euid": f"{terminal.uid}", "output": output}
        raise BrokenError(Reason("prompt-of-root", where))
    if prompt.sign == "$" and terminal.uid == 0:
        raise BrokenError(Reason("prompt-of-user", {"line": terminal.since}))
    if prompt.directory:
        _check_names(prompt, terminal.prompt())


def _check_names(prompt: Prompt, found: dict[str, Any]) -> None:
    directory = prompt.directory or ""
    if directory == "~" or directory.startswith("~/"):
        directory = found["homes"].get(found["user"], "~") + directory[1:]
    elif not directory.startswith("/") and directory == PurePosixPath(found["cwd"]).name:
        directory = found["cwd"]
    claims = (prompt.user or found["user"], prompt.host or found["host"], directory)
    if claims != (found["user"], found["host"], found["cwd"]):
        claimed = str(prompt).strip() if prompt.written else str(prompt)[:-2]
        truth = f"{found['user']}@{found['host']}:{found['cwd']}"
        raise BrokenError(Reason("prompt-names", {"claimed": claimed, "found": truth}))


def _fault(action: Interaction, terminal: Terminal, output: str) -> Reason | None:
    """What is wrong with how a step ended, whatever it showed.

    A status that isn't zero, and that the block doesn't say, is a fault where nothing that the text
    shows could tell of it: nothing was printed, all of it is elided, or a program stands by itself
    with its result, and no reader sees a `$?`.

    Raises BrokenError where it has not ended, and should have.
    """
    ended = terminal.state in ("shell", "repl", "closed")
    if action.goes_on == "running" and ended:
        return Reason("running-ended")
    if action.goes_on and not ended:
        return None
    if terminal.state == "running":
        raise BrokenError(_timeout(action, terminal))
    if terminal.state == "program":
        raise BrokenError(Reason("program-reads", {"program": terminal.reader}))
    if terminal.state == "more":
        raise BrokenError(Reason("incomplete"))
    status, wanted = _status(terminal.status), action.settings.exit
    if action.exchange.key or not status or status == wanted or _runs_nothing(action):
        return None
    if terminal.state == "closed" and action.exchange.prompt:
        how, named = _end(terminal.status)
        code = f"shell-{how}"
    elif terminal.state != "shell":
        return None
    elif action.exchange.prompt and not output.strip():
        code, named = "failed-silently", {}
    elif Expectation(action.exchange.output, action.settings.exact).says_nothing:
        code, named = "failed-elided", {}
    elif action.block.kind in ("program", "result"):
        code, named = "program-failed", {}
    else:
        return None
    if wanted is None:
        return Reason(code, {"status": status, **named})
    return Reason(f"{code}-otherwise", {"status": status, **named, "wanted": wanted})


def _runs_nothing(action: Interaction) -> bool:
    """Whether only a comment or nothing is typed, so that `$?` is still the command's before."""
    prompt, lines = action.exchange.prompt, action.exchange.lines
    return bool(prompt) and all(re.match(r"\s*(?:#|$)", line) for line in lines)


def _timeout(action: Interaction, terminal: Terminal) -> Reason:
    """That a step has not ended, and in what its processes wait."""
    named = {"seconds": f"{action.settings.timeout:g}"}
    here = terminal.processes()
    busy = [process for process in here if not process["shell"]] or here
    if not busy:
        return Reason("timeout", named)
    processes = "; ".join(
        f"{one['command'][:60]} (pid {one['pid']}, {one['waits'] or one['state']})"
        for one in busy[:5]
    )
    return Reason("timeout-waiting", {**named, "processes": processes})


def _end(status: int | None) -> tuple[str, dict[str, str | int]]:
    """How a terminal's first shell has ended: a part of a code, and what goes with it."""
    if status is not None and status < 0:
        return "killed", {"signal": signal_name(-status)}
    return "ended", {"status": str(status)}


def _status(status: int | None) -> int | None:
    """An exit status as a shell would give it: 128 and the signal for a process that was killed."""
    return 128 - status if status is not None and status < 0 else status
