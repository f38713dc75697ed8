"""A pseudo-terminal of a machine: what it has shown, and who reads it.

How the end of a step is known: from the kernel, not from the prompt. The terminal's echo of
what was typed has come back; a task of the foreground process group sleeps in a system call
that reads this very terminal, and has slept anew since the typing (its voluntary context
switches have gone up); the terminal's input queue is empty (FIONREAD); and a fence written to the
terminal's slave side has come out at the master, so that every byte written earlier has come out
too. A shell's prompt is such a fence, for it is the last that the shell wrote before it slept;
elsewhere the agent writes a random one, and looks again whether the task still sleeps. See
proc(5) on /proc/PID/syscall, ioctl_tty(2), and n_tty_receive_buf() in drivers/tty/n_tty.c. The
image sets PS1 and PS2 to invisible control sequences, which carry ``$?``. Anybody may print
them: that it is a shell that reads, the kernel says (see `programs.known`).
"""

import codecs
import contextlib
import fcntl
import json
import os
import re
import secrets
import select
import struct
import termios
import time
from collections.abc import Callable
from typing import Literal, TypedDict

from harness.guest.proc import SHELLS, Proc, Reader, field_of
from harness.guest.programs.known import Known

SHORT_READ = 1024  # bytes; a terminal that gives fewer has no more (it gives up to 4095 at once)
ROWS, COLUMNS = 24, 80
OUTPUT_LIMIT = 1 << 18  # bytes kept of what a terminal shows between two reports
FENCE_SECONDS = 5.0  # for a fence to come out of a terminal; it takes microseconds

MARK = re.compile(rb"\x1b\]7717;(\d{1,3}|\+)\x07")
PROMPT_MARK = re.compile(rb"\x1b\]7717;(?:\d+|\+)\x07$")
MARK_BEGUN = re.compile(rb"\x1b[^\x07\n]{,60}$")
REPL_PROMPT = re.compile(rb"(?:^|(?<=[\n\x07]))(>>> |\.\.\. )$")
FOREIGN_PROMPT = re.compile(rb"[^\n]*[$#] $")
CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-Za-z]|[=>])")  # of line editing

State = Literal[
    "shell", "more", "repl", "prompt", "question", "program", "running", "closed"
]  # fmt: skip


class Report(TypedDict):
    """What `wait` and its like reply; see `agent`."""

    output: str
    state: State
    status: int | None
    uid: int | None
    reader: str | None
    prompt: str | None
    echoed: bool
    dropped: int


class Terminal:
    """A pseudo-terminal and the shell that it was opened for; `start(slave)` makes that.

    It is `below` us, or in our own PID namespace. What it runs is `known`, or not.
    """

    def __init__(
        self, proc: Proc, known: Known, start: Callable[[int], int], below: object = None
    ) -> None:
        self.proc, self.known = proc, known
        self.master, self.slave = os.openpty()
        found = os.fstat(self.slave)
        self.identity = (found.st_dev, found.st_ino, found.st_rdev)
        self.resize(ROWS, COLUMNS)
        self.shell = start(self.slave)
        self._below = below is not None
        self._group = 0, 0  # in its foreground, by its number here and where the shell is
        os.set_blocking(self.master, False)
        self.shown = bytearray()  # and not yet reported
        self.dropped = 0  # bytes of a flood
        self.to_type = bytearray()  # by a person, and not yet taken
        self.mark: bytes | None = None  # of the last prompt since the last typing
        self.prompted = 0  # the shell that gave it
        self._plain = 0  # that of them which has no line editor, as far as is known
        self.prompts: tuple[str, ...] = ()  # of programs, that it may end a step with
        self.at: str | None = None  # that of them which was the last that it showed
        self.echoed = True  # what was typed last
        self.echo = b""  # of the terminal, still to come
        self.own_echo: bytes | None = None  # that a program with line editing may give by itself
        self.reader: Reader | None = None  # the last, as it was when something was last typed
        self.ended: int | None = None  # how the shell has ended
        self.euids: dict[tuple[int, int], int] = {}  # of programs, when they first read here
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def relayed(self, lines: list[bytes]) -> None:
        """A person has typed, or their terminal has another size: see `agent`, relay."""
        for line in map(json.loads, lines):
            self.to_type += line.get("keys", "").encode("latin-1")
            if "rows" in line:
                self.resize(**line)

    def type(self) -> None:
        """Of what a person has typed write what the terminal takes now. Who waits for the rest to
        be taken goes on draining: a program that can't write reads nothing either."""
        if self.to_type:
            with contextlib.suppress(BlockingIOError):
                del self.to_type[: os.write(self.master, self.to_type)]

    def taken(self) -> bytes:
        """What it has shown since, for a person."""
        shown = bytes(self.shown)
        self.shown.clear()
        return shown

    def expect(self, echo: bytes) -> None:
        """Something is about to be typed, whose echo would be `echo`."""
        flags = termios.tcgetattr(self.master)[3]
        self.echoed = not flags & termios.ICANON or bool(flags & termios.ECHO)
        self.echo = echo if flags & termios.ECHO else b""
        raw = echo and not flags & (termios.ECHO | termios.ICANON)
        self.own_echo = echo.removesuffix(b"\r\n") if raw else None
        if self.reader:
            self.reader = self.proc.again(self.reader)
        self.mark = self.at = None

    def drain(self) -> bool:
        """Take what it shows; False once it is hung up (EIO)."""
        try:
            while chunk := os.read(self.master, 1 << 16):
                self.shown += chunk
                # A flood must not fill our memory; its end is kept, for the fence is there.
                if len(self.shown) > 2 * OUTPUT_LIMIT:
                    self.dropped += len(self.shown) - OUTPUT_LIMIT - 4096
                    del self.shown[OUTPUT_LIMIT:-4096]
                if len(chunk) < SHORT_READ:
                    break
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def drain_rest(self) -> None:
        """All that it still shows after its shell: the hang-up makes it end with EIO."""
        with contextlib.suppress(OSError):
            while select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 1 << 16)
        self._take_echo()

    def foreground(self) -> int:
        """The foreground process group, or 0 where there is none.

        TIOCGPGRP gives the number that it has where we are; that which it has where it runs is in
        /proc/PID/stat of the shell.
        """
        try:
            ours = integer_ioctl(self.master, termios.TIOCGPGRP)
            if not self._below:
                return ours
            if ours != self._group[0]:
                theirs = int(self.proc.stat(self.shell)[1][5])
                if ours != integer_ioctl(self.master, termios.TIOCGPGRP):
                    return 0
                self._group = ours, theirs
        except OSError:
            return 0
        return self._group[1]

    def current_reader(self, sole: bool = True) -> Reader | None:
        """The task of the foreground that sleeps in a read of this terminal, if there is one."""
        pgrp = self.foreground()
        return self.proc.reader(self.identity, pgrp, self.reader, sole) if pgrp > 0 else None

    def asleep(self) -> list[tuple[int, bytes]] | None:
        """The foreground processes with their sleeps counted; None while one of them runs."""
        picture = []
        for pid in self.proc.group(self.foreground()):
            with contextlib.suppress(OSError):
                status = self.proc.read(f"{pid}/status")
                if field_of(status, b"State")[:1] not in b"ST" or self.current_reader():
                    return None
                picture.append((pid, field_of(status, b"voluntary_ctxt_switches")))
        return picture or None

    def _waits(self) -> Reader | None:
        """The reader, if it has slept anew since the last typing and nothing is left to read.

        What has just shown its prompt may wait for something else as well, as gdb and Node do.
        """
        reader = self.current_reader()
        if reader is None and self._last_line() in self.prompts:
            reader = self.current_reader(sole=False)
        if reader is None or reader == self.reader:
            return None
        return reader if integer_ioctl(self.slave, termios.FIONREAD) == 0 else None

    def end_of_step(self, pump: Callable[[float], object]) -> Reader | None:
        """Who reads, if the step has ended; `pump(seconds)` drains terminals, this one too."""
        self._take_echo()
        if self.echo:
            return None
        try:
            reader = self._waits()
            if reader is None:
                return None
            if reader.comm in SHELLS and PROMPT_MARK.search(self.shown):
                return reader  # its prompt, the last that it wrote before it slept, is the fence
            fence = b"\x1b]7717;fence-%s\x07" % secrets.token_hex(8).encode()
            os.write(self.slave, fence)
        except OSError:  # hung up in between: the shell's end will be reaped
            return None
        deadline = time.monotonic() + FENCE_SECONDS
        while (place := self.shown.rfind(fence)) < 0 and self.ended is None:
            if time.monotonic() > deadline:
                return None
            pump(0.05)
        if place < 0:
            return None
        nothing_after = place + len(fence) == len(self.shown)
        del self.shown[place : place + len(fence)]
        self._take_echo()  # all may have come while the fence did
        return reader if nothing_after and self.proc.again(reader) == reader else None

    def _take_echo(self) -> None:
        """Take the echo of what was typed out of what was shown, wherever it stands."""
        if self.echo and (place := self.shown.find(self.echo)) >= 0:
            del self.shown[place : place + len(self.echo)]
            self.echo = b""
        if self.own_echo is not None:  # ended by what it has for a line's end, \r\n say, and ONLCR
            ended = re.compile(re.escape(self.own_echo) + rb"\r+\n")
            if found := ended.match(self.shown):
                del self.shown[: found.end()]
                self.own_echo = None

    def who_reads(self, reader: Reader) -> tuple[State, int | None]:
        """What kind of program the reader is, and ``$?`` where its prompt says it."""
        shown = self.shown
        self._take_marks()
        if self.mark and self._is(reader, "shell") and self._is_at_prompt(reader):
            self.prompted = reader.pid
            more = self.mark == b"+"
            return ("more", None) if more else ("shell", int(self.mark))
        if self._take_prompt():
            return "question" if self._is(reader, "shell") else "prompt", None
        if (mark := REPL_PROMPT.search(shown)) and self._is(reader, "python"):
            state: State = "repl" if mark[1] == b">>> " else "more"
            del shown[mark.start(1) :]  # and with it what the match refers to
            return state, None
        foreign = FOREIGN_PROMPT.search(shown) if reader.pid != self.prompted else None
        if foreign and self._is(reader, "shell"):
            del shown[foreign.start() :]
            return "shell", None
        return "program", None

    def _is(self, reader: Reader, kind: str) -> bool:
        return self.known.is_interactive(reader.pid, kind)

    def _is_at_prompt(self, reader: Reader) -> bool:
        """Whether it reads for a command, and not by its builtin `read`: that asks for other
        numbers of bytes, or has a line editor (``read -e``) where the shell has none."""
        canonical = bool(termios.tcgetattr(self.master)[3] & termios.ICANON)
        if not self.known.reads_a_command(reader) or (self._plain == reader.pid and not canonical):
            return False
        if canonical:
            self._plain = reader.pid
        return True

    def _take_prompt(self) -> bool:
        """Take a prompt of `prompts` out of what was shown, if it is its whole last line."""
        found = self._last_line()
        if found not in self.prompts:
            return False
        self.at = found
        del self.shown[self.shown.rfind(b"\n") + 1 :]
        return True

    def _last_line(self) -> str:
        """The line that the cursor is in, as it stands there."""
        line = CONTROL.sub(b"", self.shown[self.shown.rfind(b"\n") + 1 :])
        return line.rpartition(b"\r")[2].decode("utf-8", "replace")

    def _take_marks(self) -> None:
        for mark in MARK.finditer(self.shown):
            self.mark = mark[1]
        self.shown[:] = MARK.sub(b"", self.shown)

    def report(
        self, state: State, reader: Reader | None = None, status: int | None = None
    ) -> Report:
        """What was shown since the last report."""
        self._take_marks()
        raw = bytes(self.shown)
        if state == "running" and (begun := MARK_BEGUN.search(raw)):
            raw = raw[: begun.start()]
        del self.shown[: len(raw)]
        raw, excess = raw[:OUTPUT_LIMIT], max(0, len(raw) - OUTPUT_LIMIT)
        dropped, self.dropped = self.dropped + excess, 0
        output = self.decoder.decode(raw, state != "running")
        return {
            "output": output.replace("\r\n", "\n"),
            "state": state,
            "status": status,
            "uid": self.euid(reader) if reader else None,
            "reader": reader.comm if reader else None,
            "prompt": self.at,
            "echoed": self.echoed,
            "dropped": dropped,
        }

    def euid(self, reader: Reader) -> int:
        """The euid that a shell's prompt tells: that of when it began, for it asks only once, and a
        uid_map may have been written since."""
        euid = self.proc.euid(reader)
        with contextlib.suppress(OSError):  # it has ended meanwhile
            return self.euids.setdefault(self.proc.begun(reader.pid), euid)
        return euid


def integer_ioctl(fd: int, request: int) -> int:
    value: int = struct.unpack("i", fcntl.ioctl(fd, request, bytes(4)))[0]
    return value


def caret(line: bytes) -> bytes:
    """A line as the terminal echoes it: control characters but the tab as ``^X`` (ECHOCTL)."""
    return b"".join(
        b"^%c" % (byte ^ 0x40) if (byte < 32 and byte != 9) or byte == 127 else bytes([byte])
        for byte in line
    )
