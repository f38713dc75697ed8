"""Playing a scenario in a machine: type each step, compare what it showed, judge how it ended."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.compare import Comparison, Expectation, Reason, Renaming, Value, lines_of
from harness.machine import Machine
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.plan.scenario import Action, Put, Scenario, Step
from harness.run.terminal import REST, BrokenError, Terminal, Terminals, Turn
from zenn.console import Prompt


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a step. `error` is why it failed, apart from the comparison.

    `typed` is the command with this run's values, which are `replaced` in it; `output` is what it
    really showed.
    """

    step: Step
    typed: str
    output: str
    status: int | None
    user: str
    seconds: float
    comparison: Comparison | None
    error: Reason | None
    replaced: tuple[Value, ...] = ()

    @property
    def values(self) -> tuple[Value, ...]:
        """The run's values that stand for others of the text, in the command and in the output."""
        shown = self.comparison.values if self.comparison else ()
        return (*self.replaced, *shown)

    @property
    def passed(self) -> bool:
        return self.error is None and self.comparison is not None and self.comparison.passed


@dataclass(frozen=True, slots=True)
class Playing:
    """What became of a scenario.

    `broken` is where and why it could not go on: a line of the chapter and the reason. `left`
    names the processes that were still there at its end, and died with the machine.
    """

    played: tuple[Played, ...]
    broken: tuple[int, Reason] | None
    left: tuple[str, ...]


class _Player:
    """A scenario on its way through a machine."""

    def __init__(self, scenario: Scenario, channel: Channel) -> None:
        self.scenario, self.channel = scenario, channel
        self.terminals = Terminals(channel)
        self.renaming = Renaming()

    def put(self, action: Put) -> None:
        self.renaming.introduce(action.block.varies)
        self.channel.request(
            "put", path=action.path, text=action.text, mode=action.mode, owner=self.scenario.user
        )

    def play(self, step: Step) -> Played:
        self.renaming.introduce(step.block.varies)
        terminal, user = self.terminals.of(step), self.terminals.user(step)
        if step.exchange.prompt:
            _check_prompt(step.exchange.prompt, terminal, self.scenario.output)
        lines = [self.renaming.command(line) for line in step.exchange.lines]
        replaced = tuple(self.renaming.replaced(step.exchange.lines))
        turn = Turn(step, terminal)
        comparison = None
        try:
            turn.type(lines)
            if step.goes_on:
                turn.until_shown(self.renaming)
            comparison = turn.compare(self.renaming)
            error = _fault(step, terminal, turn.output)
        except BrokenError as broken:
            comparison, error = None, broken.reason
        return Played(
            step,
            "\n".join(lines) or step.exchange.text,
            turn.output,
            _status(terminal.status),
            user,
            turn.seconds,
            comparison,
            error,
            replaced,
        )

    def finish(self, played: list[Played]) -> None:
        """Look for what terminals have shown after their last steps, and no block shows."""
        last = {one.step.terminal: place for place, one in enumerate(played)}
        for place in last.values():
            one = played[place]
            terminal = self.terminals.of(one.step)
            before = terminal.state
            if before == "closed":
                continue
            until, seconds = ("settled", REST) if before == "running" else ("output", 0.0)
            more = terminal.held + terminal.ask("wait", seconds, until=until)
            if more.strip() and one.passed:
                output = one.output + more
                expected = Expectation(one.step.exchange.output)
                comparison = expected.compare(lines_of(output), self.renaming)
                one = replace(one, output=output, comparison=comparison)
            if before == "running" and terminal.state == "shell" and one.step.goes_on == "running":
                ended = Reason("ended-early", {"status": str(terminal.status)})
                one = replace(one, error=one.error or ended)
            played[place] = one

    def left(self) -> Iterator[str]:
        for process in self.channel.request("processes")["processes"]:
            if not process["shell"]:
                yield f"{process['command']} (pid {process['pid']})"


def play(scenario: Scenario, machine: Machine) -> Playing:
    """Play all steps of a scenario, stopping only where the next would not mean what it says.

    Never raises for what a scenario does, be it to its machine.
    """
    player = _Player(scenario, machine.channel)
    played: list[Played] = []
    line = scenario.line
    try:
        for action in scenario.actions:
            line = _line(action)
            if isinstance(action, Put):
                player.put(action)
                continue
            one = player.play(action)
            played.append(one)
            if one.comparison is None and one.error:
                return Playing(tuple(played), (line, one.error), tuple(player.left()))
        player.finish(played)
        return Playing(tuple(played), None, tuple(player.left()))
    except BrokenError as error:
        reason = error.reason
    except AgentGoneError as error:
        reason = Reason("machine", {"why": f"{error}: {machine.epitaph()}"})
    except AgentRefusedError as error:
        reason = Reason("machine", {"why": str(error)})
    return Playing(tuple(played), (line, reason), ())


def before(scenario: Scenario, line: int) -> Scenario:
    """The scenario as far as it goes before a line of its chapter."""
    actions = tuple(action for action in scenario.actions if _line(action) < line)
    return replace(scenario, actions=actions)


def terminal_at(scenario: Scenario, line: int) -> tuple[str, str]:
    """The terminal that a line is typed into, or the one before it; and whom it is opened for."""
    steps = sorted(scenario.steps, key=lambda step: (step.line < line, abs(step.line - line)))
    return (steps[0].terminal, steps[0].user) if steps else ("", scenario.user)


def _line(action: Action) -> int:
    return action.block.line if isinstance(action, Put) else action.line


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
        where = {"sign": prompt.sign, "program": terminal.reader}
        raise BrokenError(Reason(f"prompt-at-{terminal.state}", where))
    if prompt.sign == "#" and terminal.uid != 0:
        where = {"euid": f"{terminal.uid}", "output": output}
        raise BrokenError(Reason("prompt-of-root", where))
    if prompt.sign == "$" and terminal.uid == 0:
        raise BrokenError(Reason("prompt-of-user"))
    if prompt.user:
        _check_names(prompt, terminal.prompt())


def _check_names(prompt: Prompt, found: dict[str, Any]) -> None:
    directory = prompt.directory or ""
    if directory == "~" or directory.startswith("~/"):
        directory = found["homes"].get(found["user"], "~") + directory[1:]
    if (prompt.user, prompt.host, directory) != (found["user"], found["host"], found["cwd"]):
        claimed = f"{prompt.user}@{prompt.host}:{prompt.directory}"
        truth = f"{found['user']}@{found['host']}:{found['cwd']}"
        raise BrokenError(Reason("prompt-names", {"claimed": claimed, "found": truth}))


def _fault(step: Step, terminal: Terminal, output: str) -> Reason | None:
    """What is wrong with how a step ended, whatever it showed.

    Raises BrokenError where it has not ended, and should have.
    """
    ended = terminal.state in ("shell", "repl", "closed")
    if step.goes_on == "running" and ended:
        return Reason("running-ended")
    if step.goes_on and not ended:
        return None
    if terminal.state == "running":
        raise BrokenError(_timeout(step, terminal))
    if terminal.state == "program":
        raise BrokenError(Reason("program-reads", {"program": terminal.reader}))
    if terminal.state == "more":
        raise BrokenError(Reason("incomplete"))
    status, wanted = _status(terminal.status), step.settings.exit
    if not step.exchange.prompt or not status or status == wanted:
        return None
    if terminal.state == "closed":
        how, named = _end(terminal.status)
        code = f"shell-{how}"
    elif terminal.state == "shell" and not output.strip():
        code, named = "failed-silently", {}
    else:
        return None
    if wanted is None:
        return Reason(code, {"status": status, **named})
    return Reason(f"{code}-otherwise", {"status": status, **named, "wanted": wanted})


def _timeout(step: Step, terminal: Terminal) -> Reason:
    """That a step has not ended, and in what its processes wait."""
    named = {"seconds": f"{step.settings.timeout:g}"}
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
        return "killed", {"signal": signal.Signals(-status).name}
    return "ended", {"status": str(status)}


def _status(status: int | None) -> int | None:
    """An exit status as a shell would give it: 128 and the signal for a process that was killed."""
    return 128 - status if status is not None and status < 0 else status
