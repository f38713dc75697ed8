"""The process of ours inside a machine: it owns the terminals and answers the harness.

What a scenario runs is in a PID namespace below the agent's (`accounts.Inside`), and can't reach
it; process ids are those of that namespace. On the reader's machine both are in one, and in a
virtual one until it is said `below`.

This room needs nothing but the standard library: the `namespaces` machine runs an `Agent` in a
forked child, a virtual machine runs the whole room as a zip.

Requests and replies are JSON objects, one a line: {"do": "type", "terminal": "", …}. Every request
has exactly one reply, and ``{"error": sentence}`` is the reply to one that could not be carried
out. The agent speaks only when asked; what comes while it carries out a request is its end.

    hello                                → {kernel}     its release, as uname(2) gives it
    wake      clock seed                 → {}           here and below: of virtual machines only,
    randomize                            → {}           see `virtual`
    below                                → {}           what follows is below the agent
    world                                → {}           what follows is for a fresh world in it
    leave                                → {changed}    its end, and what is not as before
    put       path text mode owner given → {}           directories that are missing are made
    open      terminal user seconds      → as `wait`    a new terminal with a bash of that user's
    type      terminal text seconds until prompts
                                         → as `wait`    types the text and a newline, and waits
    key       terminal key seconds until prompts
                                         → as `wait`    types a control character: "C" for ^C
    wait      terminal seconds until prompts
                                         → {output state status uid reader prompt echoed dropped}
    prompt    terminal                   → {user host cwd homes}
    processes terminal                   → {processes: [{pid command waits}]}
    left                                 → {left: [[line, what]] seen}  what is not as it was, and
                                           what has run: see `programs.seen`
    relay     terminal rows columns      → {}, then its bytes; comes: {keys}, {rows columns}

Paths are relative to the ordinary user's home, where every shell starts. `uid` and `status` are
numbers or null, times are seconds (`clock` since 1970), `mode` is a number, `seed` hexadecimal.

`wait` reports what the terminal showed since the last report (`dropped` bytes of a flood are
missing), the effective `uid` and the name of its `reader`, whether what was typed last was `echoed`
or is a password, and its state:

    shell     a shell reads the terminal; `status` is ``$?`` where its prompt carries it
    more      a shell wants the rest of a command (PS2, or ``...`` of the Python REPL)
    repl      the Python REPL reads the terminal
    prompt    a program reads it right after one of `prompts`, which was all of its last line: the
              `prompt`, which is no part of the output. It may wait for something else, too
    question  the same of a shell that reads for a command (``read -p``)
    program   another program reads the terminal
    running   nothing of the foreground reads it
    closed    the terminal's first shell has ended with `status` (negative: by that signal)

It waits until="end": for the end of the step; "settled": or a foreground that has gone to sleep
without reading; "output": or that, or a whole line of output; `seconds` at most.

`left` compares the machine with what it was when the agent began, was last asked, or was `given` a
file that belongs to the machine (see `left`). Whatever puts, types or waits may have a `line`: that
of the chapter whose step is blamed from then on.

`prompt` says what ``user@host:dir$`` would: the reader's name, host name and directory as it sees
them itself; `homes` are the home directories by user. `processes` are those of a terminal, but
for its shell where there are others: the `command` as it was called, and the kernel function that
it `waits` in, or its state. How a step's end is known: see `terminal`."""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

from harness.guest.accounts import (
    USER_UID,
    Account,
    Inside,
    Refused,
    account,
    accounts,
    start_shell,
)
from harness.guest.left import Leftovers, Made
from harness.guest.proc import Proc
from harness.guest.programs.known import Known
from harness.guest.programs.seen import Seen
from harness.guest.terminal import Report, Terminal, caret

FIRST_PAUSE, LONGEST_LULL = 0.00005, 0.005  # seconds between two looks at who reads
# A step that takes long is looked at less often: it may end as much later as it has taken longer.
PATIENCE, LONGEST_PAUSE = 0.1, 0.25  # of the time waited; seconds
PROGRAM_GRACE = 1.0  # seconds; a program that reads with a time-out goes on by itself
SETTLED = 0.05  # seconds asleep without waking, after which a foreground has come to rest
WAITING = {"open", "type", "key", "wait", "relay"}  # what is done meanwhile is to be seen
CANONICAL_LINE_LIMIT = 4095  # bytes; the kernel cuts longer lines (termios(3), MAX_CANON)


class Abandoned(Exception):
    """The harness has gone while a request was being carried out."""


class Agent:
    """Answers the requests of one channel, and drains every terminal while it waits.

    What it starts is `inside`, or without that its own child.
    """

    def __init__(self, channel: int, made: Made, inside: Inside | None = None) -> None:
        self.channel, self.made, self.inside = channel, made, inside
        self.pending = b""
        self.terminals: dict[str, Terminal] = {}
        self.proc = Proc(inside.uts if inside else None)
        self.known = Known(self.proc)
        self.seen = Seen(inside.proc if inside else self.proc.fd, self.known)
        self.leftovers = Leftovers(self.proc, self.terminals, made)
        self.home = account(USER_UID).home
        wake, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only so that it wakes us
        self.wake = wake
        self.watched = {channel, wake, *self.seen.fds, *([inside.ends] if inside else [])}

    def run(self) -> None:
        """Serve until the harness closes the channel."""
        self.leftovers.begin()
        while True:
            line, newline, self.pending = self.pending.partition(b"\n")
            if not newline:
                self.pending = line
                if not self._receive():
                    return
                continue
            try:
                request = json.loads(line)
                if step := request.pop("line", None):
                    self.leftovers.step(step, request.get("text", ""))
                    self.seen.at(step)
                do = request.pop("do")
                with contextlib.nullcontext() if do in WAITING else self.seen.looking_away():
                    reply = getattr(self, f"do_{do}")(**request)
            except Abandoned:
                return
            except Refused as refusal:
                reply = {"error": str(refusal)}
            except Exception as error:  # whatever a scenario does to us, the harness hears of it
                reply = {"error": f"{type(error).__name__}: {error}"}
            # What is no UTF-8, in the name of a directory say, is still an answer.
            text = json.dumps(reply, ensure_ascii=False)
            self._send(text.encode("utf-8", "replace") + b"\n")

    def _receive(self) -> bool:
        while self.channel not in self._pump(None, idle=True):
            pass
        self.pending += (data := os.read(self.channel, 1 << 16))
        return bool(data)

    def _send(self, data: bytes | bytearray) -> None:
        while data:
            data = data[os.write(self.channel, data) :]

    def _pump(self, seconds: float | None, idle: bool = False) -> list[int]:
        """Wait for anything at all, drain the terminals, reap; what was there to be read.

        The harness asks only when we are `idle`: whatever comes from it before is its end.
        """
        # select(2) and not poll(2), which counts whole milliseconds: a step takes less than one.
        ready, _, _ = select.select(self.watched, [], [], seconds)
        if self.wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 4096)
        if self.channel in ready and not idle:
            raise Abandoned
        self.seen.take()
        self._reap()
        for terminal in self.terminals.values():
            if terminal.master in ready and not terminal.drain():
                self.watched.discard(terminal.master)
        return ready

    def _reap(self) -> None:
        ended = dict(self.inside.ended()) if self.inside else {}
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                status = os.waitstatus_to_exitcode(found[1])
                if self.inside and found[0] == self.inside.first:
                    self.end(status)
                elif not self.inside:
                    ended[found[0]] = status
        for terminal in self.terminals.values():
            terminal.ended = ended.get(terminal.shell, terminal.ended)

    def end(self, status: int) -> NoReturn:
        """End the machine: the first process there has ended so, and all others with it."""
        os._exit(status if status >= 0 else 128 - status)

    # Requests

    def do_hello(self) -> dict[str, Any]:
        return {"kernel": os.uname().release}

    def do_put(self, path: str, text: str, mode: int, owner: str, given: bool) -> dict[str, Any]:
        name, path = path, os.path.join(self.home, path)
        _, uid, gid, _ = account(owner)
        missing = []
        directory = os.path.dirname(path)
        while not os.path.isdir(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
        try:
            for directory in reversed(missing):
                os.mkdir(directory)
                os.chown(directory, uid, gid)
            # A FIFO that nobody reads is not waited for.
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
            os.chown(path, uid, gid)
            os.chmod(path, mode)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from error
        self.seen.follow(path, name)
        if given:
            self.leftovers.begin()
        return {}

    def do_open(self, terminal: str, user: str, seconds: float) -> Report:
        try:
            with self.seen.looking_away():
                opened = self.open_for(account(user))
        except OSError as error:
            raise Refused(f"no terminal can be opened: {error.strerror}") from error
        self.terminals[terminal] = opened
        self.watched.add(opened.master)
        report = self.do_wait(terminal, seconds)
        self.leftovers.accept("terminal")
        return report

    def open_for(self, user: Account) -> Terminal:
        """A new terminal of that user's; OSError where there can be none."""
        start = self.inside.start_shell if self.inside else start_shell
        shell = partial(start, user=user, directory=self.home)
        return Terminal(self.proc, self.known, shell, self.inside)

    def do_type(self, terminal: str, text: str, **waiting: Any) -> Report:
        line = text.encode("utf-8", "surrogateescape") + b"\n"
        if len(line) > CANONICAL_LINE_LIMIT:
            raise Refused(f"a line of {len(line)} bytes; a terminal takes {CANONICAL_LINE_LIMIT}")
        self._write(self.terminals[terminal], line, caret(line[:-1]) + b"\r\n")
        return self.do_wait(terminal, **waiting)

    def do_key(self, terminal: str, key: str, **waiting: Any) -> Report:
        self._write(self.terminals[terminal], bytes([ord(key) & 0x1F]), b"")
        return self.do_wait(terminal, **waiting)

    def _write(self, terminal: Terminal, data: bytes, echo: bytes) -> None:
        terminal.expect(echo)
        while data:
            try:
                data = data[os.write(terminal.master, data) :]
            except BlockingIOError:
                self._pump(0.01)

    def do_wait(
        self, terminal: str, seconds: float, until: str = "end", prompts: Sequence[str] = ()
    ) -> Report:
        where = self.terminals[terminal]
        where.prompts = tuple(prompts)
        begin = now = time.monotonic()
        deadline = begin + seconds
        lull = pause = FIRST_PAUSE
        program_since = None
        asleep: tuple[Any, float] = (None, 0.0)
        while True:
            # Looking at /proc costs more than waiting: not while something comes, but a prompt.
            while self._pump(min(pause, max(0.0, deadline - time.monotonic()))):
                if where.shown.endswith(b"\a") or time.monotonic() > deadline:
                    break
                pause = lull
            now = time.monotonic()
            if where.ended is not None:
                where.drain_rest()
                return where.report("closed", status=where.ended)
            reader = where.end_of_step(self._pump)
            if reader is not None:
                state, status = where.who_reads(reader)
                program_since = program_since or now
                if state != "program" or until != "end" or now - program_since > PROGRAM_GRACE:
                    where.reader = reader
                    return where.report(state, reader, status)
            else:
                program_since = None
            if until == "output" and b"\n" in where.shown and not where.echo:
                return where.report("running")
            if until != "end" and reader is None and not where.echo:
                picture = where.asleep()
                if picture is None or picture != asleep[0]:
                    asleep = (picture, now)
                elif now - asleep[1] > SETTLED and (until == "settled" or where.shown):
                    return where.report("running")
            if now >= deadline or where.dropped:
                return where.report("running")
            # Where the processor is emulated looking is slow, and must not take the time of what
            # is looked at; a shell that has just prompted is about to read.
            looked = time.monotonic() - now
            prompted = where.shown.endswith(b"\a")
            lull = max(min(lull * 1.5, LONGEST_LULL), looked if prompted else 4 * looked)
            patient = 0.0 if prompted else min((now - begin) * PATIENCE, LONGEST_PAUSE)
            pause = max(lull, patient)

    def do_relay(self, terminal: str, rows: int, columns: int) -> dict[str, Any]:
        """From the reply on the channel *is* the terminal; never another request."""
        where = self.terminals[terminal]
        where.resize(rows, columns)
        self._send(b"{}\n")
        while where.ended is None:
            ready = self._pump(LONGEST_PAUSE if where.to_type else None, idle=True)
            self._send(where.taken())
            if self.channel in ready:
                if not (data := os.read(self.channel, 1 << 16)):
                    raise Abandoned
                *lines, self.pending = (self.pending + data).split(b"\n")
                where.relayed(lines)
            where.type()
        where.drain_rest()
        self._send(where.taken())
        raise Abandoned

    def do_prompt(self, terminal: str) -> dict[str, Any]:
        """What ``user@host:dir$`` would say of the shell that reads the terminal now."""
        reader = (where := self.terminals[terminal]).current_reader()
        if reader is None:
            raise Refused("no shell reads the terminal")
        names = {one.uid: one.name for one in accounts()}
        euid = where.euid(reader)
        link = f"{reader.pid}/%s"
        root = os.readlink(link % "root", dir_fd=self.proc.fd).rstrip("/")
        cwd = os.readlink(link % "cwd", dir_fd=self.proc.fd)
        return {
            "user": names.get(euid, str(euid)),
            "host": self.proc.host(reader.pid),
            "cwd": cwd.removeprefix(root) or "/",
            "homes": {one.name: one.home for one in accounts()},
        }

    def do_processes(self, terminal: str) -> dict[str, Any]:
        found = list(self.proc.on(self.terminals[terminal].identity[2]))
        shells = self.leftovers.shells()
        return {"processes": [one for one in found if one["pid"] not in shells] or found}

    def do_left(self) -> dict[str, Any]:
        return {"seen": self.seen.tell(), "left": self.leftovers.tell(self._pump)}
