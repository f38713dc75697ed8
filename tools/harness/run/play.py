"""Playing a scenario in a machine: type each step, wait for it, compare what it showed."""

import math
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from harness.compare.alignment import ELISIONS
from harness.compare.expectation import Comparison, agree, compare, lines_of
from harness.compare.renaming import Renaming, Value
from harness.guest.agent import OUTPUT_LIMIT
from harness.machine import Machine
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.plan.chapter import Block
from harness.plan.scenario import Action, Put, Scenario, Step
from zenn.console import Prompt

_REST = 1.0  # seconds for a command that goes on to come to rest, once it has shown what it should


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
    error: str | None
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

    `broken` is where and why it could not go on: a line of the chapter and a sentence. `left` names
    the processes that were still there at its end, and died with the machine.
    """

    played: tuple[Played, ...]
    broken: tuple[int, str] | None
    left: tuple[str, ...]


class _BrokenError(Exception):
    """The scenario can't go on: what is typed next would not mean what the text says."""


@dataclass(slots=True)
class _Terminal:
    """What is known of a terminal; `held` has come, but belongs to a step that is yet to come."""

    state: str = "closed"
    status: int | None = None
    uid: int | None = None
    reader: str | None = None
    held: str = ""
    dropped: int = 0

    def take(self, reply: dict[str, Any]) -> str:
        self.state, self.uid, self.reader = reply["state"], reply["uid"], reply["reader"]
        self.status = reply["status"]
        self.dropped += reply["dropped"]
        output: str = reply["output"]
        return output


@dataclass(slots=True)
class _Player:
    machine: Machine
    channel: Channel
    renaming: Renaming = field(default_factory=Renaming)
    terminals: dict[str, _Terminal] = field(default_factory=dict)
    introduced: set[int] = field(default_factory=set)

    def introduce(self, block: Block) -> None:
        if id(block) not in self.introduced:
            self.introduced.add(id(block))
            self.renaming.introduce(block.varies)

    def put(self, action: Put) -> None:
        self.introduce(action.block)
        self.channel.request(
            "put", path=action.path, text=action.text, mode=action.mode, owner="reader"
        )

    def play(self, step: Step) -> Played:
        self.introduce(step.block)
        started = time.monotonic()
        terminal = self._terminal(step)
        user = _name(terminal.uid)
        if step.entry.prompt:
            self._check_prompt(step.entry.prompt, terminal, step.terminal)
        lines = [self.renaming.command(line) for line in step.entry.lines]
        replaced = tuple(self.renaming.replaced(step.entry.lines))
        output, terminal.held = terminal.held, ""
        error = None
        try:
            for line in lines[:-1]:
                output += self._ask(step, terminal, "settled", started, "type", text=line)
            until = "end" if not step.goes_on else "output" if step.entry.output else "settled"
            if lines:
                output += self._ask(step, terminal, until, started, "type", text=lines[-1])
            elif step.entry.key:
                output += self._ask(step, terminal, until, started, "key", key=step.entry.key)
            else:
                output += self._ask(step, terminal, until, started, "wait")
            if step.goes_on:
                output, comparison = self._until_shown(step, terminal, output, started)
            else:
                output = _without_echo(step.entry.key, output)
                comparison = compare(step.entry.output, lines_of(output), self.renaming)
            error = self._fault(step, terminal, output)
        except _BrokenError as broken:
            output, comparison, error = output + terminal.held, None, str(broken)
            terminal.held = ""
        seconds = time.monotonic() - started
        typed = "\n".join(lines) or step.entry.text
        status = _status(terminal.status)
        return Played(step, typed, output, status, user, seconds, comparison, error, replaced)

    def _terminal(self, step: Step) -> _Terminal:
        if step.terminal not in self.terminals:
            terminal = self.terminals[step.terminal] = _Terminal()
            within = step.settings.timeout
            reply = self.channel.request(
                "open", within=within, terminal=step.terminal, user=step.user, seconds=within
            )
            terminal.take(reply)
        return self.terminals[step.terminal]

    def _ask(
        self,
        step: Step,
        terminal: _Terminal,
        until: str,
        started: float,
        do: str,
        limit: float = math.inf,
        **typed: str,
    ) -> str:
        """Type or just wait, at most until the step's time is over; return what has been shown."""
        left = min(limit, max(0.0, started + step.settings.timeout - time.monotonic()))
        reply = self.channel.request(
            do, within=left, terminal=step.terminal, seconds=left, until=until, **typed
        )
        output = terminal.take(reply)
        if terminal.dropped:
            terminal.held = output
            raise _BrokenError(f"it printed more than {OUTPUT_LIMIT >> 10} KiB")
        return output

    def _until_shown(
        self, step: Step, terminal: _Terminal, output: str, started: float
    ) -> tuple[str, Comparison]:
        """Wait until a command that goes on has shown what the text shows so far.

        What it showed beyond that is held for the next step of its terminal.
        """
        while True:
            output = _without_echo(step.entry.key, output)
            seen = self._shown_so_far(step, terminal, output)
            if seen is not None:
                comparison = compare(step.entry.output, lines_of(seen), self.renaming)
                if terminal.state == "running":  # a prompt, say, may be on its way yet
                    output += self._ask(step, terminal, "settled", started, "wait", _REST)
                terminal.held = output[len(seen) :]
                return seen, comparison
            timed_out = time.monotonic() >= started + step.settings.timeout
            waiting = terminal.state == "running" or step.goes_on == "output"
            if timed_out or not waiting:
                return output, compare(step.entry.output, lines_of(output), self.renaming)
            if terminal.state != "running":  # a job in the background may show more
                time.sleep(0.01)
            output += self._ask(step, terminal, "output", started, "wait")

    def _shown_so_far(self, step: Step, terminal: _Terminal, output: str) -> str | None:
        """As much of the output as the text shows of it; None if it doesn't agree yet."""
        lines = output.splitlines(keepends=True)
        expected = step.entry.output
        fixed = [line for line in expected if line not in ELISIONS]
        most = len(lines) if len(fixed) < len(expected) else len(fixed)
        for count in range(len(fixed), min(most, len(lines)) + 1):
            seen = "".join(lines[:count])
            if agree(expected, lines_of(seen), self.renaming.copy()):
                return seen
        return None

    def finish(self, played: list[Played]) -> None:
        """Look for what terminals have shown after their last steps, and no block shows."""
        last = {one.step.terminal: place for place, one in enumerate(played)}
        for name, terminal in self.terminals.items():
            if terminal.state == "closed" or name not in last:
                continue
            until = "settled" if terminal.state == "running" else "output"
            seconds = _REST if terminal.state == "running" else 0.0
            reply = self.channel.request(
                "wait", within=seconds, terminal=name, seconds=seconds, until=until
            )
            before, status = terminal.state, reply["status"]
            more = terminal.held + terminal.take(reply)
            one = played[last[name]]
            if more.strip() and one.passed:
                output = one.output + more
                comparison = compare(one.step.entry.output, lines_of(output), self.renaming)
                one = replace(one, output=output, comparison=comparison)
            if before == "running" and terminal.state == "shell" and one.step.goes_on == "running":
                ended = f"it was to go on, but has ended with status {status}"
                one = replace(one, error=one.error or ended)
            played[last[name]] = one

    def _check_prompt(self, prompt: Prompt, terminal: _Terminal, name: str) -> None:
        if terminal.state == "closed":
            raise _BrokenError(f"the terminal's shell {_end(terminal.status)} before this line")
        if terminal.state == "running":
            raise _BrokenError("the command before is running still")
        if prompt.sign == ">>>":
            if terminal.state != "repl":
                raise _BrokenError(f"`>>> ` where {_reading(terminal)}")
            return
        if terminal.state != "shell":
            raise _BrokenError(f"`{prompt.sign} ` where {_reading(terminal)}")
        if (prompt.sign == "#") != (terminal.uid == 0):
            wants = "root (euid 0)" if prompt.sign == "#" else "a user that is not root"
            raise _BrokenError(f"`{prompt.sign} ` claims {wants}, but the euid is {terminal.uid}")
        if prompt.user:
            self._check_names(prompt, name)

    def _check_names(self, prompt: Prompt, name: str) -> None:
        found = self.channel.request("prompt", terminal=name)
        directory = prompt.directory or ""
        if directory == "~" or directory.startswith("~/"):
            directory = found["homes"].get(found["user"], "~") + directory[1:]
        truth = (found["user"], found["host"], found["cwd"])
        if (prompt.user, prompt.host, directory) != truth:
            raise _BrokenError(
                f"the prompt claims {prompt.user}@{prompt.host}:{prompt.directory}, "
                f"but it is {truth[0]}@{truth[1]}:{truth[2]}"
            )

    def _fault(self, step: Step, terminal: _Terminal, output: str) -> str | None:
        """What is wrong with how a step ended, whatever it showed."""
        ended = terminal.state in ("shell", "repl", "closed")
        if step.goes_on == "running" and ended:
            return "the word `running` says that it goes on, but it has ended"
        if step.goes_on and not ended:
            return None
        if terminal.state == "running":
            raise _BrokenError(
                f"not at its end after {step.settings.timeout:g} s{self._waiting(step)}"
            )
        if terminal.state == "program":
            raise _BrokenError(
                f"{terminal.reader} reads the terminal, and the text goes on as if a shell did: "
                "give it its input in lines that begin with `> `, or end it with `^D` or `^C`"
            )
        if terminal.state == "more":
            raise _BrokenError("the command is not complete: go on in lines that begin with `> `")
        status, wanted = _status(terminal.status), step.settings.exit
        if not step.entry.prompt or not status or status == wanted:
            return None
        expected = "" if wanted is None else f", not {wanted} as the block says"
        hint = f": if that is meant, write `exit={status}`" if wanted is None else ""
        if terminal.state == "closed":
            return f"the terminal's shell {_end(terminal.status)}{expected}{hint}"
        if terminal.state == "shell" and not output.strip():
            return f"it printed nothing and failed with status {status}{expected}{hint}"
        return None

    def _waiting(self, step: Step) -> str:
        found = self.channel.request("processes")["processes"]
        here = [p for p in found if p["terminal"] == step.terminal]
        busy = [p for p in here if not p["shell"]] or here
        said = [
            f"{p['command'][:60]} (pid {p['pid']}) "
            + (f"waits in {p['waits']}" if p["waits"] else f"is in state {p['state']}")
            for p in busy[:5]
        ]
        return ": " + "; ".join(said) if said else ""

    def left(self) -> Iterator[str]:
        for process in self.channel.request("processes")["processes"]:
            if not process["shell"]:
                yield f"{process['command']} (pid {process['pid']})"


def play(scenario: Scenario, machine: Machine) -> Playing:
    """Play all steps of a scenario, stopping only where the next would not mean what it says.

    Never raises for what a scenario does, be it to its machine.
    """
    player = _Player(machine, Channel(machine.channel))
    played: list[Played] = []
    line = scenario.line
    try:
        for action in scenario.actions:
            line = _line(action)
            if isinstance(action, Put):
                player.put(action)
                continue
            played.append(player.play(action))
            if played[-1].comparison is None:
                broken = (line, played[-1].error or "")
                return Playing(tuple(played), broken, tuple(player.left()))
        player.finish(played)
        return Playing(tuple(played), None, tuple(player.left()))
    except AgentGoneError as error:
        broken = (line, f"{error}: {machine.epitaph()}")
    except (AgentRefusedError, _BrokenError) as error:
        broken = (line, str(error))
    return Playing(tuple(played), broken, ())


def before(scenario: Scenario, line: int) -> Scenario:
    """The scenario as far as it goes before a line of its chapter."""
    actions = tuple(action for action in scenario.actions if _line(action) < line)
    return replace(scenario, actions=actions)


def terminal_at(scenario: Scenario, line: int) -> tuple[str, str]:
    """The terminal that a line is typed into, or the one before it; and whom it is opened for."""
    steps = sorted(scenario.steps, key=lambda step: (step.line < line, abs(step.line - line)))
    return (steps[0].terminal, steps[0].user) if steps else ("", "reader")


def _line(action: Action) -> int:
    return action.block.line if isinstance(action, Put) else action.line


def _without_echo(key: str | None, output: str) -> str:
    """Output after a key, without the key's echo and the end of the line that it was typed in."""
    if not key:
        return output
    before, echo, after = output.partition(f"^{key}")
    if not echo:
        return output.removeprefix("\n")
    lines = f"\n{before}"
    if lines.endswith("\n") and after.startswith("\n"):
        return before + after[1:]
    if lines.endswith("\n\n") and not after:
        # The kernel sends the signal before it echoes the key, so that the shell's end of the line
        # may have come first: n_tty_receive_signal_char() in drivers/tty/n_tty.c.
        return before[:-1]
    return before + after


def _reading(terminal: _Terminal) -> str:
    return {
        "shell": "a shell reads the terminal",
        "repl": "the Python REPL reads the terminal: go on with `>>> `",
        "more": "the shell waits for the rest of the command before",
        "program": f"{terminal.reader} reads the terminal, not a shell",
    }[terminal.state]


def _end(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"has ended with status {status}"


def _status(status: int | None) -> int | None:
    """An exit status as a shell would give it: 128 and the signal for a process that was killed."""
    return 128 - status if status is not None and status < 0 else status


def _name(uid: int | None) -> str:
    return {0: "root", 1000: "reader"}.get(uid if uid is not None else -1, str(uid))
