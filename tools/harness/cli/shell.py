"""`shell`: a scenario played up to a line, and then its terminal in the author's hands; or a
terminal in a fresh reader's machine in anybody's."""

import json
import os
import re
import select
import signal
import socket
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from harness.cli.verify import Context, backends
from harness.machine import Machine
from harness.machine.backend import Backend
from harness.machine.channel import Channel
from harness.plan import selection
from harness.plan.chapter import read
from harness.plan.scenario import Scenario
from harness.report.words import words
from harness.run.play import play_together
from harness.run.terminal import Terminals
from harness.run.verdict import Run, judge
from zenn.book import Book, programs_of

LEAVE = b"\x1d"  # ^]
_PROMPT = re.compile(rb"\x1b\]7717;(\d+|\+)\x07")
# Nothing else that begins with an escape: what comes next may be waiting for an answer to it.
_UNFINISHED = re.compile(rb"\x1b(\](7(7(1(7(;(\d{,3}|\+)?)?)?)?)?)?)?$")
_OPENING_SECONDS = 30.0
# What programs set of a terminal as long as they have it (“DEC private modes” of xterm's control
# sequences): another screen, how keys and the mouse are told, and whether the cursor is seen.
_MODE = re.compile(rb"\x1b\[\?(1|25|1000|1002|1003|1004|1006|1049|2004)([hl])")
_USUALLY = {b"25": b"h"}  # the others are off


def run(context: Context) -> None:
    """Hand over the terminal at the chosen line, or where none is in a reader's machine, the
    chapter's if one is named; for what it raises see `hand_over`."""
    book, chosen = context.book, context.options.chapter
    chapter, line = selection.place(chosen) if chosen else (None, 0)
    scenario = selection.select([chosen], book).chosen[0] if line else None
    with backends(context, context.kernel) as made:
        if scenario is None:
            outfit = read(chapter, book.shown(chapter.resolve()), book).outfit if chapter else None
            with context.progress.step():
                machine = made.choice(outfit.guest if outfit else book.guest).usual.start()
            log_in(machine, book, context.progress.note)
            return
        backend = made.of(scenario)
        # An author who tries things is not to meet what only a shared kernel forbids.
        backend = backend.second or backend
        hand_over(scenario, line, backend, context.progress.note)


def log_in(machine: Machine, book: Book, say: Callable[[str], None]) -> None:
    """Join this process' terminal with one that a fresh reader's machine opens for a person, with
    the book's programs in its home, and end the machine."""
    with closing(machine):
        put_programs(machine, book, lambda program: "." in program.name)
        say(f"a machine of your own, kernel {machine.kernel}: `exit` or ^] ends it, and all in it")
        _relay(machine.channel, terminal="", term=os.environ.get("TERM") or "xterm")


def put_programs(machine: Machine, book: Book, wanted: Callable[[Path], bool]) -> None:
    """Put those of the book's programs that are `wanted` into the home of a machine's user."""
    for program in filter(wanted, programs_of(book.programs)):
        machine.channel.request(
            "put",
            path=f"{book.snippets}/{program.relative_to(book.programs)}",
            text=program.read_text("utf-8"),
            mode=0o644,
            owner=book.guest.user,
            given=False,
        )


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
        taken = {step.line for step in playing.steps}
        last = next((one for one in reversed(here) if one.line in taken), None)
        at = terminals.of(last).at if last else None
        # An empty line would be an answer; else its prompt is taken: let it prompt.
        typed = b"" if at is not None or (last and last.goes_on) else b"\n"
        _relay(channel, typed, at or "", terminal=name)


def _size() -> dict[str, int]:
    """That of this process' terminal."""
    size = os.get_terminal_size(sys.stdout.fileno())
    return {"rows": size.lines, "columns": size.columns}


@contextmanager
def _raw(fd: int) -> Iterator[None]:
    """The terminal without line editing, echo and signals of its own, and then as it was."""
    saved = termios.tcgetattr(fd)
    try:
        tty.setraw(fd, termios.TCSADRAIN)  # what has been typed already is for the machine, too
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, saved)


@contextmanager
def _resized() -> Iterator[int]:
    """A descriptor that has something to read once this process' terminal has another size."""
    told, teller = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = signal.signal(signal.SIGWINCH, lambda *_: os.write(teller, b"!"))
    try:
        yield told
    finally:
        signal.signal(signal.SIGWINCH, before)
        os.close(told)
        os.close(teller)


def _relay(channel: Channel, typed: bytes = b"", shown: str = "", **of: str) -> None:
    """Join this process' terminal with the machine's that is asked for with `of`, from the text
    `shown` on, which it has shown before; `typed` is typed there first."""
    keyboard, screen, machine = sys.stdin.fileno(), sys.stdout.fileno(), channel.stream
    pending = b""
    with _raw(keyboard), _as_before(screen) as modes, _resized() as resized:
        channel.request("relay", within=_OPENING_SECONDS, **of, **_size())
        machine.settimeout(None)
        _write(screen, shown.encode())
        while True:
            if typed:
                _tell(machine, keys=typed.decode("latin-1"))
                typed = b""
            ready, _, _ = select.select([keyboard, machine, resized], [], [])
            if resized in ready:
                os.read(resized, 1 << 12)
                _tell(machine, **_size())
            if keyboard in ready:
                read = os.read(keyboard, 1 << 12)
                typed, leave, _ = read.partition(LEAVE)
                if leave or not read:
                    return
            if machine in ready:
                data = machine.recv(1 << 16)
                if not data:
                    return
                text, pending = visible(pending + data)
                modes.update(_MODE.findall(text))
                _write(screen, text)


@contextmanager
def _as_before(screen: int) -> Iterator[dict[bytes, bytes]]:
    """Undo what programs have set of the terminal, who end without a word: (mode, h or l), by what
    is noted here."""
    modes: dict[bytes, bytes] = {}
    try:
        yield modes
    finally:
        usual = {mode: _USUALLY.get(mode, b"l") for mode in modes}
        undone = [b"\x1b[?%s%s" % one for one in usual.items() if modes[one[0]] != one[1]]
        _write(screen, b"".join(undone))


def _tell(machine: socket.socket, **what: object) -> None:
    """One line of what is typed, or of the terminal's size (see `harness.guest.agent`, relay)."""
    machine.sendall(json.dumps(what).encode() + b"\n")


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
