"""A terminal of a machine, and a step's turn at it: what is typed, waited for and shown."""

import contextlib
import math
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.compare import (
    Comparison,
    Expectation,
    Reason,
    Renaming,
    TooCostlyError,
    lines_of,
)
from harness.guest.terminal import OUTPUT_LIMIT
from harness.machine.channel import AgentRefusedError, Channel
from harness.plan.scenario import Interaction
from harness.plan.settings import LONGEST_TIMEOUT
from zenn.console import Exchange

SCENARIO_SECONDS = LONGEST_TIMEOUT  # of waiting for all steps of a scenario
SCENARIO_OUTPUT = 1 << 20  # characters that they may show together
REST = 1.0  # seconds for a command that goes on to come to rest, once it has shown what it should


class BrokenError(Exception):
    """The scenario can't go on: what is typed next would not mean what the text says."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(slots=True)
class Terminal:
    """What is known of a terminal, as the agent says (see `harness.guest.agent`).

    `at` is the prompt at which a program reads. `held` has come, but belongs to a step that is yet
    to come. `since` is the line of the step after which it was `uid` that reads.
    """

    channel: Channel
    name: str
    state: str = "closed"
    status: int | None = None
    uid: int | None = None
    reader: str = ""
    at: str | None = None
    echoed: bool = True
    held: str = ""
    since: int = 0
    dropped: int = 0

    def ask(self, do: str, seconds: float, **fields: Any) -> str:
        """Open, type or just wait, at most so long; return what has been shown since."""
        reply = self.channel.request(
            do, within=seconds, terminal=self.name, seconds=seconds, **fields
        )
        self.state, self.status, self.uid = reply["state"], reply["status"], reply["uid"]
        self.reader = reply["reader"] or ""
        self.at, self.echoed = reply["prompt"], reply["echoed"]
        self.dropped += reply["dropped"]
        output: str = reply["output"]
        return output

    def late(self) -> str:
        """What has been shown after a step had ended; who reads, the same still, is as it was."""
        reply = self.channel.request("wait", terminal=self.name, seconds=0.0, until="output")
        output: str = reply["output"]
        return output

    def prompt(self) -> dict[str, Any]:
        """What a prompt that names everything would say: user, host, cwd; and everyone's home."""
        return self.channel.request("prompt", terminal=self.name)

    def processes(self) -> list[dict[str, Any]]:
        """Those that it controls, but for its shell where there are others; see the agent."""
        found: list[dict[str, Any]] = self.channel.request("processes", terminal=self.name)[
            "processes"
        ]
        return found


class Terminals:
    """The terminals of a machine, each opened when it is first typed into; and which files the
    chapter's front matter has `given` it.

    Where a section begins for root what another had opened for the user, that is another terminal.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._opened: dict[tuple[str, str], Terminal] = {}
        self._names: set[str] = set()  # that the agent knows
        self._users = {0: "root"}
        self.given: set[tuple[str, str]] = set()

    def of(self, action: Interaction) -> Terminal:
        place = action.terminal, action.user
        if place not in self._opened:
            again = f" (again, {len(self._names)})" if action.terminal in self._names else ""
            terminal = Terminal(self._channel, action.terminal + again)
            self._opened[place] = terminal
            self._names.add(terminal.name)
            # What comes before the first prompt nobody has typed for: it is to be nothing.
            terminal.held = terminal.ask("open", action.settings.timeout, user=action.user)
            terminal.since = action.line
            if terminal.uid is not None:
                self._users[terminal.uid] = action.user
        return self._opened[place]

    def forget_closed(self) -> None:
        """When one is typed into after its shell's end, open it anew, as a reader would."""
        self._opened = {at: one for at, one in self._opened.items() if one.state != "closed"}

    def user(self, action: Interaction) -> str:
        """Who reads what is typed; where nobody does, whom the terminal was opened for."""
        terminal = self.of(action)
        if terminal.uid is None:
            return action.user
        if terminal.uid not in self._users:
            with contextlib.suppress(AgentRefusedError):  # it may have ended by now
                self._users[terminal.uid] = terminal.prompt()["user"]
        return self._users.get(terminal.uid, str(terminal.uid))


@dataclass(slots=True)
class Budget:
    """What the steps of a scenario may take, all together."""

    until: float = field(default_factory=lambda: time.monotonic() + SCENARIO_SECONDS)
    output: int = SCENARIO_OUTPUT

    def take(self, output: str) -> None:
        """So much more has been shown. Raises BrokenError where it is too much, or too late."""
        self.output -= len(output)
        if self.output < 0:
            raise BrokenError(Reason("scenario-too-much-output", {"kib": SCENARIO_OUTPUT >> 10}))
        if time.monotonic() > self.until:
            raise BrokenError(Reason("scenario-too-long", {"minutes": SCENARIO_SECONDS // 60}))


class Turn:
    """A step's turn at a terminal, for as long as its time lasts. `output` is what it has shown."""

    def __init__(
        self, action: Interaction, terminal: Terminal, prompts: Iterable[str], budget: Budget
    ) -> None:
        """`prompts` are those of programs at which it may end."""
        self.action, self.terminal, self._prompts = action, terminal, tuple(prompts)
        self._budget = budget
        self.expected = Expectation(action.exchange.output, action.settings.exact)
        self.started = time.monotonic()
        self._raw, terminal.held = terminal.held, ""
        self._seen: str | None = None  # as much of it as belongs to this step

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def output(self) -> str:
        if self._seen is not None:
            return self._seen
        prompt = self.action.exchange.prompt
        if prompt and prompt.sign == "?" and self._raw and not self.terminal.echoed:
            # Nobody but the program ends the line on which a password is typed.
            return self._raw[1:] if self._raw[0] == "\n" else f"{prompt}{self._raw}"
        return without_echo(self.action.exchange.key, self._raw)

    def type(self, lines: Sequence[str]) -> None:
        """Type the step's lines, or its key, and wait for the end that it is to have.

        Raises BrokenError for a flood of output, here and while waiting; and where a command is
        complete before its last line.
        """
        until = "end"
        if self.action.goes_on:
            until = "output" if self.action.exchange.output else "settled"
        exchange, more = self.action.exchange, self.action.settings.manner.more
        at_prompt = exchange.prompt is not None and exchange.prompt.sign == ">"
        for number, line in enumerate(lines[:-1], exchange.line + 1):
            self._ask("type", "end" if exchange.bare or at_prompt else "settled", text=line)
            complete = exchange.bare and self.terminal.state != "more"
            if complete or (at_prompt and self.terminal.at not in more):
                raise BrokenError(Reason("complete-before", {"line": number}))
        if lines:
            self._ask("type", until, text=lines[-1])
        elif exchange.key:
            self._ask("key", until, key=exchange.key)
        else:
            self._ask("wait", until)

    def until_shown(self, renaming: Renaming) -> None:
        """Wait until a command that goes on has shown what the text shows so far.

        What it showed beyond that is held for the next step of its terminal.
        """
        while (seen := self._shown_so_far(renaming)) is None:
            goes_on = self.terminal.state == "running" or self.action.goes_on == "output"
            late = self.seconds >= self.action.settings.timeout
            if late or not goes_on or renaming.exhausted:
                return
            if self.terminal.state != "running":  # a job in the background may show more
                time.sleep(0.01)
            self._ask("wait", "output")
        if self.terminal.state == "running":  # a prompt, say, may be on its way yet
            self._ask("wait", "settled", REST)
            seen = self._shown_so_far(renaming) or seen  # of a line that wasn't all there
        self.terminal.held = self.output.removeprefix(seen)
        self._seen = seen

    def compare(self, renaming: Renaming) -> Comparison:
        """Compare what it has shown; a blank line before the next prompt need not be in it."""
        exchange, actual = self.action.exchange, lines_of(self.output)
        expected = without_layout(exchange, self.expected, actual)
        found = expected.compare(actual, renaming)
        if expected is self.expected:
            return found
        return replace(found, corrected=(*found.corrected, ""))

    def _shown_so_far(self, renaming: Renaming) -> str | None:
        """As much of the output as the text shows of it; None if it doesn't agree yet."""
        lines = re.findall(r"[^\n]*\n|[^\n]+", self.output)
        try:
            with renaming.comparing():
                many = self.expected.begins(["".join(lines_of(line)) for line in lines], renaming)
        except TooCostlyError:
            return None
        return None if many is None else "".join(lines[:many])

    def _ask(self, do: str, until: str, limit: float = math.inf, **typed: Any) -> None:
        left = min(
            self.action.settings.timeout - self.seconds, self._budget.until - time.monotonic()
        )
        seconds = min(limit, max(0.0, left))
        waiting = {"until": until, "prompts": self._prompts, "line": self.action.line}
        shown = self.terminal.ask(do, seconds, **waiting, **typed)
        self._raw += shown
        self._budget.take(shown)
        if self.terminal.dropped:
            raise BrokenError(Reason("too-much-output", {"kib": OUTPUT_LIMIT >> 10}))


def without_layout(exchange: Exchange, expected: Expectation, actual: Sequence[str]) -> Expectation:
    """What is expected of an output in which a blank line before the next prompt need not be."""
    last = expected.lines[-1:]
    if exchange.airy and last == ("",) != tuple(actual[-1:]):
        return expected.instead(len(expected.lines) - 1, ())
    return expected


def without_echo(key: str | None, output: str) -> str:
    """Output after a key, without the key's echo and the end of the line that it was typed in."""
    if not key:
        return output
    before, echo, after = output.partition(f"^{key}")
    if not echo:
        return output.removeprefix("\n")
    # The kernel sends the signal before it echoes the key, so that what a program or the shell
    # writes of it, first the end of this line, may have begun before the echo, and go on after
    # it: n_tty_receive_signal_char() in drivers/tty/n_tty.c.
    if before.startswith("\n"):
        return before[1:] + after
    lines = f"\n{before}"
    if lines.endswith("\n") and after.startswith("\n"):
        return before + after[1:]
    if lines.endswith("\n\n") and not after:
        return before[:-1]
    return before + after
