"""`shell`: a scenario played up to a line, and then its terminal in the author's hands."""

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from harness.cli.verify import Context, backends
from harness.machine.backend import Backend
from harness.plan import selection
from harness.plan.scenario import Scenario
from harness.report.words import words
from harness.run.play import play_together
from harness.run.terminal import Terminals
from harness.run.verdict import Run, judge

LEAVE = b"\x1d"  # ^]
_PROMPT = re.compile(rb"\x1b\]7717;(\d+|\+)\x07")
_UNFINISHED = re.compile(rb"\x1b[^\x07]{,40}$")
_OPENING_SECONDS = 30.0


def run(context: Context) -> None:
    """Hand over the terminal at the chosen line; for what it raises see `hand_over`."""
    chosen = context.options.chapter
    scenario = selection.select([chosen], context.book).chosen[0]
    with backends(context, context.kernel) as made:
        backend = made.of(scenario)
        # An author who tries things is not to meet what only a shared kernel forbids.
        backend = backend.second or backend
        hand_over(scenario, selection.place(chosen)[1], backend, context.progress.note)


def hand_over(scenario: Scenario, line: int, backend: Backend, say: Callable[[str], None]) -> None:
    """Play what comes before `line`, then join this process' terminal with the scenario's.

    It ends with the machine's shell, or at ^]. Raises MachineError where no machine can be made.
    """
    # It is that of the line, or of the one before.
    near = sorted(scenario.interactions, key=lambda one: (one.line < line, abs(one.line - line)))
    name, user = (near[0].terminal, near[0].user) if near else ("", scenario.user)
    with closing(backend.start()) as machine:
        actions = tuple(action for action in scenario.actions if action.line < line)
        begun = replace(scenario, actions=actions)
        terminals = Terminals(machine.channel)
        (playing,) = play_together((begun,), machine, terminals)
        for entry in judge(begun, playing, Run(machine.kind, machine.kernel)).entries:
            if entry.reason:
                say(f"{entry.chapter}:{entry.about}: {words(entry.reason)}")
        channel = machine.channel
        here = [one for one in begun.interactions if one.terminal == name]
        if not here:
            channel.request("open", terminal=name, user=user, seconds=_OPENING_SECONDS)
        say(
            f"{scenario.chapter}:{line}, terminal {name or '(unnamed)'}: "
            f"`exit` or ^] ends it, and the machine"
        )
        size = os.get_terminal_size(sys.stdout.fileno())
        channel.request("relay", terminal=name, rows=size.lines, columns=size.columns)
        taken = {step.line for step in playing.steps}
        last = next((one for one in reversed(here) if one.line in taken), None)
        at = terminals.of(last).at if last else None
        with _raw(sys.stdin.fileno()), machine.channel.stream as stream:
            if at is not None:  # an empty line would be an answer
                _write(sys.stdout.fileno(), at.encode())
            elif not last or not last.goes_on:  # its prompt is taken: let it prompt
                stream.sendall(b"\n")
            stream.settimeout(None)
            _relay(sys.stdin.fileno(), sys.stdout.fileno(), stream.fileno())


@contextmanager
def _raw(fd: int) -> Iterator[None]:
    """The terminal without line editing, echo and signals of its own, and then as it was."""
    saved = termios.tcgetattr(fd)
    try:
        tty.setraw(fd)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, saved)


def _relay(keyboard: int, screen: int, machine: int) -> None:
    pending = b""
    while True:
        ready, _, _ = select.select([keyboard, machine], [], [])
        if keyboard in ready:
            typed = os.read(keyboard, 1 << 12)
            before_leaving, leave, _ = typed.partition(LEAVE)
            _write(machine, before_leaving)
            if leave or not typed:
                return
        if machine in ready:
            data = os.read(machine, 1 << 16)
            if not data:
                return
            shown, pending = visible(pending + data)
            _write(screen, shown)


def visible(data: bytes) -> tuple[bytes, bytes]:
    """What a terminal shows, its invisible prompts made visible; and a prompt that is half here."""
    cut = unfinished.start() if (unfinished := _UNFINISHED.search(data)) else len(data)
    return _PROMPT.sub(_prompt, data[:cut]), data[cut:]


def _prompt(mark: re.Match[bytes]) -> bytes:
    if mark[1] == b"+":
        return b"> "
    return "❯ ".encode() if mark[1] == b"0" else "[%s] ❯ ".encode() % mark[1]


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
