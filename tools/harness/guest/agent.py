"""The one process of ours inside a machine: it owns the terminals and answers the harness.

It needs nothing but the standard library, so that one file serves every machine: the
`namespaces` machine calls `serve` in a forked child, a virtual machine runs this file.

Requests and replies are JSON objects, one a line; every request has exactly one reply, and
``{"error": sentence}`` is the reply to a request that could not be carried out:

    hello                              → {kernel}
    put      path text mode owner      → {}
    open     terminal user             → as `wait`
    type     terminal text …           → as `wait`      types the text and a newline, and waits
    key      terminal key …            → as `wait`      types a control character: "C" for ^C
    wait     terminal seconds until    → {output state status uid reader dropped}
    prompt   terminal                  → {user host cwd}
    relay    terminal rows columns     → {}, and then the bytes of the terminal itself
    processes                          → {processes: [{pid comm state waits terminal}]}
    software packages                  → {versions}     of Debian and of its packages

`wait` reports what the terminal showed since the last report, and its state:

    shell     a shell reads the terminal; `status` is ``$?`` where its prompt carries it
    more      a shell wants the rest of a command (PS2, or ``...`` of the Python REPL)
    repl      the Python REPL reads the terminal
    program   another program reads the terminal
    running   nothing of the foreground reads it
    closed    the terminal's first shell has ended with `status` (negative: by that signal)

How the end of a step is known: from the kernel, not from the prompt. The terminal's echo of
what was typed has come back; a task of the foreground process group sleeps in a system call
that reads this very terminal, and has slept anew since the typing (its voluntary context
switches have gone up); the terminal's input queue is empty (FIONREAD); and a fence written to the
terminal's slave side has come out at the master, so that every byte written earlier has come out
too. A shell's prompt is such a fence, for it is the last that the shell wrote before it slept;
elsewhere the agent writes a random one, and looks again whether the task still sleeps. See
proc(5) on /proc/PID/syscall, ioctl_tty(2), and n_tty_receive_buf() in drivers/tty/n_tty.c. The
image sets PS1 and PS2 to invisible control sequences, which say that it is a shell that reads,
and carry ``$?``.
"""

import codecs
import contextlib
import ctypes
import fcntl
import json
import os
import platform
import re
import secrets
import select
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

SHORT_READ = 1024  # bytes; a terminal that gives fewer has no more (it gives up to 4095 at once)
WORKING_DIRECTORY = "/home/reader"
ROWS, COLUMNS = 24, 80
OUTPUT_LIMIT = 1 << 18  # bytes kept of what a terminal shows between two reports
FIRST_PAUSE, LONGEST_PAUSE = 0.00005, 0.005  # seconds between two looks at who reads
PROGRAM_GRACE = 1.0  # seconds; a program that reads with a time-out goes on by itself
SETTLED = 0.05  # seconds asleep without waking, after which a foreground has come to rest
CANONICAL_LINE_LIMIT = 4095  # bytes; the kernel cuts longer lines (termios(3), MAX_CANON)
CLONE_NEWUTS = 0x04000000
PF_KTHREAD = 0x00200000  # a thread of the kernel, include/linux/sched.h

SYSTEM_CALLS = {
    "x86_64": {0: "read", 19: "read", 7: "poll", 271: "poll", 23: "select", 270: "select"},
    "aarch64": {63: "read", 65: "read", 73: "poll", 72: "select"},
}
SHELLS = {"bash", "sh", "dash", "ash", "busybox"}
MARK = re.compile(rb"\x1b\]7717;(\d{1,3}|\+)\x07")
PROMPT_MARK = re.compile(rb"\x1b\]7717;(?:\d+|\+)\x07$")
MARK_BEGUN = re.compile(rb"\x1b[^\x07\n]{,60}$")
REPL_PROMPT = re.compile(rb"(?:^|(?<=[\n\x07]))(>>> |\.\.\. )$")
FOREIGN_PROMPT = re.compile(rb"[^\n]*[$#] $")
ENVIRONMENT = {"TERM": "dumb", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Refused(Exception):
    """A request that can't be carried out; its text is the reply's ``error``."""


class Abandoned(Exception):
    """The harness has gone while a request was being carried out."""


@dataclass(frozen=True)
class Reader:
    """A task that sleeps in a read of a terminal, and how often it has slept so far."""

    pgrp: int
    pid: int
    tid: str
    comm: str
    switches: int
    euid: int  # outside, as the agent's user namespace has it


@dataclass
class Terminal:
    """A pseudo-terminal and the shell it was opened for. `shown` is not yet reported."""

    master: int
    slave: int
    shell: int
    identity: tuple[int, int, int]  # st_dev, st_ino, st_rdev of the slave
    shown: bytearray = field(default_factory=bytearray)
    dropped: int = 0
    mark: bytes | None = None  # of the last prompt since the last typing
    prompted: int = 0  # the shell that gave it
    echo: bytes = b""  # of the terminal, still to come
    own_echo: bytes = b""  # that a program with line editing may give by itself
    reader: Reader | None = None  # who read it last, as it was when something was last typed
    ended: int | None = None
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )


class Proc:
    """/proc as it was when the machine was made, whatever a scenario mounts over it."""

    def __init__(self) -> None:
        self.fd = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.calls = SYSTEM_CALLS[platform.machine()]

    def read(self, path: str) -> bytes:
        """A file of up to 64 KiB: those of /proc come whole in one read if the buffer is enough."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.fd)
        try:
            return os.read(fd, 1 << 16)
        finally:
            os.close(fd)

    def entries(self, path: str) -> list[str]:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.fd)
        try:
            return os.listdir(fd)
        finally:
            os.close(fd)

    def pids(self) -> list[int]:
        return sorted(int(name) for name in self.entries(".") if name.isdigit())

    def stat(self, pid: int) -> tuple[str, list[str]]:
        """The name of a process and the fields after it: state, ppid, pgrp, session, tty_nr …"""
        text = self.read(f"{pid}/stat").decode("utf-8", "replace")
        opening, closing = text.index("("), text.rindex(")")
        return text[opening + 1 : closing], text[closing + 2 :].split()

    def group(self, pgrp: int) -> Iterator[int]:
        """The processes of a process group, its leader first, since that is most often asked."""
        for pid in (pgrp, *(pid for pid in self.pids() if pid != pgrp)):
            with contextlib.suppress(OSError):
                if self.stat(pid)[1][2] == str(pgrp):
                    yield pid

    def reader(self, terminal: Terminal, pgrp: int) -> Reader | None:
        """The task of process group `pgrp` that sleeps in a read of `terminal`, if there is one."""
        if (last := terminal.reader) and last.pgrp == pgrp:  # mostly it is who it was
            with contextlib.suppress(OSError):
                if self._reads(last.pid, last.tid, terminal):
                    return self._reader(pgrp, last.pid, last.tid)
        for pid in self.group(pgrp):
            with contextlib.suppress(OSError):
                for tid in self.entries(f"{pid}/task"):
                    if self._reads(pid, tid, terminal):
                        return self._reader(pgrp, pid, tid)
        return None

    def _reader(self, pgrp: int, pid: int, tid: str) -> Reader:
        status = self.read(f"{pid}/task/{tid}/status")
        comm = field_of(status, b"Name").decode("utf-8", "replace")
        switches = int(field_of(status, b"voluntary_ctxt_switches"))
        return Reader(pgrp, pid, tid, comm, switches, int(field_of(status, b"Uid").split()[1]))

    def is_interactive(self, reader: Reader) -> bool:
        """Whether it is a shell that was given neither a command nor a script."""
        words = self.read(f"{reader.pid}/cmdline").rstrip(b"\0").split(b"\0")[1:]
        return reader.comm in SHELLS and not any(
            not word.startswith(b"-") or (b"c" in word and not word.startswith(b"--"))
            for word in words
        )

    def again(self, reader: Reader) -> Reader | None:
        """The same task as it is now; None unless it sleeps."""
        with contextlib.suppress(OSError):
            status = self.read(f"{reader.pid}/task/{reader.tid}/status")
            if field_of(status, b"State")[:1] == b"S":
                switches = int(field_of(status, b"voluntary_ctxt_switches"))
                return replace(reader, switches=switches)
        return None

    def _reads(self, pid: int, tid: str, terminal: Terminal) -> bool:
        task = f"{pid}/task/{tid}"
        words = self.read(f"{task}/syscall").split()
        call = self.calls.get(int(words[0])) if words[0].isdigit() else None
        if call is None:
            return False
        first, second = int(words[1], 16), int(words[2], 16)
        if call == "read":
            fds = [first]
        elif call == "poll":
            fds = self._polled(pid, first, second)
        else:
            fds = self._selected(pid, first, [int(word, 16) for word in words[2:5]])
        return len(fds) == 1 and self._is_terminal(task, pid, fds[0], terminal)

    def _memory(self, pid: int, address: int, size: int) -> bytes:
        fd = os.open(f"{pid}/mem", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.fd)
        try:
            return os.pread(fd, size, address)
        finally:
            os.close(fd)

    def _polled(self, pid: int, address: int, count: int) -> list[int]:
        if not 0 < count <= 1024:
            return []
        memory = self._memory(pid, address, 8 * count)
        return [fd for fd, _, _ in struct.iter_unpack("ihh", memory) if fd >= 0]

    def _selected(self, pid: int, count: int, sets: list[int]) -> list[int]:
        size = (min(count, 1024) + 63) // 64 * 8
        fds: set[int] = set()
        for address in filter(None, sets):
            bits = int.from_bytes(self._memory(pid, address, size), sys.byteorder)
            fds.update(fd for fd in range(min(count, 1024)) if bits >> fd & 1)
        return sorted(fds)

    def _is_terminal(self, task: str, pid: int, fd: int, terminal: Terminal) -> bool:
        found = os.stat(f"{task}/fd/{fd}", dir_fd=self.fd)
        if found.st_rdev == os.makedev(5, 0):  # /dev/tty: whichever terminal controls the process
            return int(self.stat(pid)[1][4]) == terminal.identity[2]
        return (found.st_dev, found.st_ino, found.st_rdev) == terminal.identity

    def euid(self, reader: Reader) -> int:
        """The effective uid of a reader as it sees that itself, in its user namespace."""
        with contextlib.suppress(OSError):
            for line in self.read(f"{reader.pid}/uid_map").splitlines():
                inside, outside, count = map(int, line.split())
                if outside <= reader.euid < outside + count:
                    return inside + reader.euid - outside
        return 65534


class Agent:
    """Answers the requests of one channel, and drains every terminal while it waits."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.pending = b""
        self.terminals: dict[str, Terminal] = {}
        self.proc = Proc()
        wake, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only so that it wakes us
        self.wake = wake
        self.watched = {channel, wake}

    def run(self) -> None:
        """Serve until the harness closes the channel."""
        while True:
            line, newline, self.pending = self.pending.partition(b"\n")
            if not newline:
                self.pending = line
                if not self._receive():
                    return
                continue
            try:
                request = json.loads(line)
                reply = getattr(self, "do_" + request.pop("do"))(**request)
            except Abandoned:
                return
            except Refused as refusal:
                reply = {"error": str(refusal)}
            except Exception as error:  # whatever a scenario does to us, the harness hears of it
                reply = {"error": f"{type(error).__name__}: {error}"}
            self._send(json.dumps(reply).encode() + b"\n")

    def _receive(self) -> bool:
        while self.channel not in self._pump(None, idle=True):
            pass
        data = os.read(self.channel, 1 << 16)
        self.pending += data
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
        self._reap()
        for terminal in self.terminals.values():
            if terminal.master in ready:
                self._drain(terminal)
        return ready

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                for terminal in self.terminals.values():
                    if terminal.shell == pid:
                        terminal.ended = os.waitstatus_to_exitcode(status)

    def _drain(self, terminal: Terminal) -> None:
        try:
            while chunk := os.read(terminal.master, 1 << 16):
                terminal.shown += chunk
                # A flood must not fill our memory; its end is kept, for the fence is there.
                if len(terminal.shown) > 2 * OUTPUT_LIMIT:
                    terminal.dropped += len(terminal.shown) - OUTPUT_LIMIT - 4096
                    del terminal.shown[OUTPUT_LIMIT:-4096]
                if len(chunk) < SHORT_READ:
                    return
        except BlockingIOError:
            pass
        except OSError:  # EIO: hung up
            self.watched.discard(terminal.master)

    # Requests

    def do_hello(self) -> dict[str, Any]:
        return {"kernel": os.uname().release}

    def do_put(self, path: str, text: str, mode: int, owner: str) -> dict[str, Any]:
        path = os.path.join(WORKING_DIRECTORY, path)
        uid, gid, _ = account(owner)
        missing = []
        directory = os.path.dirname(path)
        while not os.path.isdir(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
        try:
            for directory in reversed(missing):
                os.mkdir(directory)
                os.chown(directory, uid, gid)
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
            os.chown(path, uid, gid)
            os.chmod(path, mode)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from error
        return {}

    def do_open(self, terminal: str, user: str, seconds: float) -> dict[str, Any]:
        try:
            self.terminals[terminal] = self._open(user)
        except OSError as error:
            raise Refused(f"no terminal can be opened: {error.strerror}") from error
        return self.do_wait(terminal, seconds)

    def _open(self, user: str) -> Terminal:
        uid, gid, home = account(user)
        master, slave = os.openpty()
        found = os.fstat(slave)
        os.fchown(slave, uid, -1)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        path = SYSTEM_PATH if uid == 0 else "/usr/local/bin:/usr/bin:/bin"
        environment = ENVIRONMENT | {"HOME": home, "USER": user, "LOGNAME": user, "PATH": path}
        shell = os.fork()
        if shell == 0:
            become_shell(slave, user, uid, gid, environment)
        os.set_blocking(master, False)
        self.watched.add(master)
        return Terminal(master, slave, shell, (found.st_dev, found.st_ino, found.st_rdev))

    def do_type(self, terminal: str, text: str, seconds: float, until: str) -> dict[str, Any]:
        line = text.encode("utf-8", "surrogateescape") + b"\n"
        if len(line) > CANONICAL_LINE_LIMIT:
            raise Refused(f"a line of {len(line)} bytes; a terminal takes {CANONICAL_LINE_LIMIT}")
        self._write(self.terminals[terminal], line, caret(line[:-1]) + b"\r\n")
        return self.do_wait(terminal, seconds, until)

    def do_key(self, terminal: str, key: str, seconds: float, until: str) -> dict[str, Any]:
        self._write(self.terminals[terminal], bytes([ord(key) & 0x1F]), b"")
        return self.do_wait(terminal, seconds, until)

    def _write(self, terminal: Terminal, data: bytes, echo: bytes) -> None:
        flags = termios.tcgetattr(terminal.master)[3]
        terminal.echo = echo if flags & termios.ECHO else b""
        terminal.own_echo = b"" if flags & (termios.ECHO | termios.ICANON) else echo
        if terminal.reader:
            terminal.reader = self.proc.again(terminal.reader)
        terminal.mark = None
        while data:
            try:
                data = data[os.write(terminal.master, data) :]
            except BlockingIOError:
                self._pump(0.01)

    def do_wait(self, terminal: str, seconds: float, until: str = "end") -> dict[str, Any]:
        """Wait for the step's end; with ``until="settled"`` also for a foreground that has gone to
        sleep without reading, and with ``until="output"`` for that or a whole line of output."""
        where = self.terminals[terminal]
        deadline = time.monotonic() + seconds
        pause, program_since = FIRST_PAUSE, None
        asleep: tuple[Any, float] = (None, 0.0)
        while True:
            # Looking at /proc costs more than waiting: not while something comes, but a prompt.
            while self._pump(min(pause, max(0.0, deadline - time.monotonic()))):
                if where.shown.endswith(b"\a") or time.monotonic() > deadline:
                    break
            pause = min(pause * 1.5, LONGEST_PAUSE)
            now = time.monotonic()
            if where.ended is not None:
                self._drain_rest(where)
                return self._report(where, "closed", None, status=where.ended)
            reader = self._end_of_step(where)
            if reader is not None:
                state, status = self._who_reads(where, reader)
                program_since = program_since or now
                if state != "program" or until != "end" or now - program_since > PROGRAM_GRACE:
                    where.reader = reader
                    return self._report(where, state, reader, status)
            else:
                program_since = None
            if until == "output" and b"\n" in where.shown and not where.echo:
                return self._report(where, "running", None)
            if until != "end" and reader is None and not where.echo:
                picture = self._asleep(where)
                if picture is None or picture != asleep[0]:
                    asleep = (picture, now)
                elif now - asleep[1] > SETTLED and (until == "settled" or where.shown):
                    return self._report(where, "running", None)
            if now >= deadline or where.dropped:
                return self._report(where, "running", None)
            # Where the processor is emulated looking is slow, and must not take the time of what
            # is looked at; a shell that has just prompted is about to read.
            looked = time.monotonic() - now
            pause = max(pause, looked if where.shown.endswith(b"\a") else 4 * looked)

    def _foreground(self, terminal: Terminal) -> int:
        """The foreground process group (TIOCGPGRP), or 0 where there is none."""
        try:
            return integer_ioctl(terminal.master, termios.TIOCGPGRP)
        except OSError:
            return 0

    def _reader(self, terminal: Terminal) -> Reader | None:
        pgrp = self._foreground(terminal)
        return self.proc.reader(terminal, pgrp) if pgrp > 0 else None

    def _asleep(self, terminal: Terminal) -> list[tuple[int, bytes]] | None:
        """The foreground processes with their sleeps counted; None while one of them runs."""
        picture = []
        for pid in self.proc.group(self._foreground(terminal)):
            with contextlib.suppress(OSError):
                status = self.proc.read(f"{pid}/status")
                if field_of(status, b"State")[:1] not in b"ST" or self._reader(terminal):
                    return None
                picture.append((pid, field_of(status, b"voluntary_ctxt_switches")))
        return picture or None

    def _waits(self, terminal: Terminal) -> Reader | None:
        """The reader, if it has slept anew since the last typing and nothing is left to read."""
        reader = self._reader(terminal)
        if reader is None or reader == terminal.reader:
            return None
        return reader if integer_ioctl(terminal.slave, termios.FIONREAD) == 0 else None

    def _end_of_step(self, terminal: Terminal) -> Reader | None:
        self._take_echo(terminal)
        if terminal.echo:
            return None
        try:
            reader = self._waits(terminal)
            if reader is None:
                return None
            if reader.comm in SHELLS and PROMPT_MARK.search(terminal.shown):
                return reader  # its prompt, the last that it wrote before it slept, is the fence
            fence = b"\x1b]7717;fence-%s\x07" % secrets.token_hex(8).encode()
            os.write(terminal.slave, fence)
        except OSError:  # hung up in between: the shell's end will be reaped
            return None
        deadline = time.monotonic() + 5
        while (place := terminal.shown.rfind(fence)) < 0 and terminal.ended is None:
            if time.monotonic() > deadline:
                return None
            self._pump(0.05)
        if place < 0:
            return None
        nothing_after = place + len(fence) == len(terminal.shown)
        del terminal.shown[place : place + len(fence)]
        return reader if nothing_after and self.proc.again(reader) == reader else None

    def _take_echo(self, terminal: Terminal) -> None:
        """Take the echo of what was typed out of what was shown, wherever it stands."""
        if terminal.echo and (place := terminal.shown.find(terminal.echo)) >= 0:
            del terminal.shown[place : place + len(terminal.echo)]
            terminal.echo = b""
        if terminal.own_echo and terminal.shown.startswith(terminal.own_echo):
            del terminal.shown[: len(terminal.own_echo)]
            terminal.own_echo = b""

    def _who_reads(self, terminal: Terminal, reader: Reader) -> tuple[str, int | None]:
        shown = terminal.shown
        self._take_marks(terminal)
        if terminal.mark:
            terminal.prompted = reader.pid
            more = terminal.mark == b"+"
            return ("more", None) if more else ("shell", int(terminal.mark))
        if reader.comm.startswith("python") and (mark := REPL_PROMPT.search(shown)):
            state = "repl" if mark[1] == b">>> " else "more"
            del shown[mark.start(1) :]
            return state, None
        foreign = reader.pid != terminal.prompted and self.proc.is_interactive(reader)
        if foreign and (mark := FOREIGN_PROMPT.search(shown)):
            del shown[mark.start() :]
            return "shell", None
        return "program", None

    def _take_marks(self, terminal: Terminal) -> None:
        for mark in MARK.finditer(terminal.shown):
            terminal.mark = mark[1]
        terminal.shown[:] = MARK.sub(b"", terminal.shown)

    def _drain_rest(self, terminal: Terminal) -> None:
        """All that a terminal still shows after its shell: the hang-up makes it end with EIO."""
        with contextlib.suppress(OSError):
            while select.select([terminal.master], [], [], 0.1)[0]:
                terminal.shown += os.read(terminal.master, 1 << 16)
        self._take_echo(terminal)

    def _report(
        self, terminal: Terminal, state: str, reader: Reader | None, status: int | None = None
    ) -> dict[str, Any]:
        self._take_marks(terminal)
        raw = bytes(terminal.shown)
        if state == "running" and (begun := MARK_BEGUN.search(raw)):
            raw = raw[: begun.start()]
        del terminal.shown[: len(raw)]
        raw, excess = raw[:OUTPUT_LIMIT], max(0, len(raw) - OUTPUT_LIMIT)
        dropped, terminal.dropped = terminal.dropped + excess, 0
        output = terminal.decoder.decode(raw, state != "running")
        return {
            "output": output.replace("\r\n", "\n"),
            "state": state,
            "status": status,
            "uid": self.proc.euid(reader) if reader else None,
            "reader": reader.comm if reader else None,
            "dropped": dropped,
        }

    def do_relay(self, terminal: str, rows: int, columns: int) -> dict[str, Any]:
        """From the reply on the channel *is* the terminal, both ways; never another request."""
        where = self.terminals[terminal]
        fcntl.ioctl(where.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._send(b"{}\n")
        while where.ended is None:
            ready = self._pump(None, idle=True)
            self._send(where.shown)
            where.shown.clear()
            if self.channel in ready:
                data = os.read(self.channel, 1 << 16)
                if not data:
                    break
                while data:
                    with contextlib.suppress(BlockingIOError):
                        data = data[os.write(where.master, data) :]
        raise Abandoned

    def do_prompt(self, terminal: str) -> dict[str, Any]:
        """What ``user@host:dir$`` would say of the shell that reads the terminal now."""
        reader = self._reader(self.terminals[terminal])
        if reader is None:
            raise Refused("no shell reads the terminal")
        names = {uid: name for name, uid, _, _ in accounts()}
        euid = self.proc.euid(reader)
        link = f"{reader.pid}/%s"
        root = os.readlink(link % "root", dir_fd=self.proc.fd).rstrip("/")
        cwd = os.readlink(link % "cwd", dir_fd=self.proc.fd)
        return {
            "user": names.get(euid, str(euid)),
            "host": self._host_of(reader.pid),
            "cwd": cwd.removeprefix(root) or "/",
            "homes": {name: home for name, _, _, home in accounts()},
        }

    def _host_of(self, pid: int) -> str:
        libc = ctypes.CDLL(None, use_errno=True)
        ours, theirs = (
            os.open(f"{who}/ns/uts", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc.fd)
            for who in ("self", pid)
        )
        try:
            libc.setns(theirs, CLONE_NEWUTS)
            return os.uname().nodename
        finally:
            libc.setns(ours, CLONE_NEWUTS)
            os.close(ours)
            os.close(theirs)

    def do_software(self, packages: list[str]) -> dict[str, Any]:
        """Versions as dpkg knows them, with Debian's own as that of ``debian``."""
        try:
            with open("/etc/debian_version", encoding="utf-8") as file:
                versions = {"debian": file.read().strip()}
            with open("/var/lib/dpkg/status", encoding="utf-8") as file:
                paragraphs = file.read().split("\n\n")
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}") from error
        for paragraph in paragraphs:
            fields = dict(line.partition(": ")[::2] for line in paragraph.split("\n"))
            if fields.get("Package") in packages:
                versions[fields["Package"]] = fields["Version"]
        return {"versions": versions}

    def do_processes(self) -> dict[str, Any]:
        """Every process but this one, and the kernel function or system call it waits in."""
        by_tty = {t.identity[2]: name for name, t in self.terminals.items()}
        found = []
        for pid in self.proc.pids():
            with contextlib.suppress(OSError):
                comm, fields = self.proc.stat(pid)
                if pid == os.getpid() or fields[0] == "Z" or int(fields[6]) & PF_KTHREAD:
                    continue
                wchan = self.proc.read(f"{pid}/wchan").decode()
                words = self.proc.read(f"{pid}/cmdline").split(b"\0")
                found.append(
                    {
                        "pid": pid,
                        "comm": comm,
                        "command": b" ".join(words).decode("utf-8", "replace").strip() or comm,
                        "state": fields[0],
                        "waits": wchan if wchan not in ("", "0") else "",
                        "terminal": by_tty.get(int(fields[4])),
                        "shell": any(pid == t.shell for t in self.terminals.values()),
                    }
                )
        return {"processes": found}


def field_of(status: bytes, name: bytes) -> bytes:
    """A field of /proc/PID/status."""
    start = status.index(b"\n" + name + b":\t") if name != b"Name" else -1
    start += len(name) + 3
    return status[start : status.index(b"\n", start)]


def integer_ioctl(fd: int, request: int) -> int:
    value: int = struct.unpack("i", fcntl.ioctl(fd, request, bytes(4)))[0]
    return value


def caret(line: bytes) -> bytes:
    """A line as the terminal echoes it: control characters but the tab as ``^X`` (ECHOCTL)."""
    return b"".join(
        b"^%c" % (byte ^ 0x40) if (byte < 32 and byte != 9) or byte == 127 else bytes([byte])
        for byte in line
    )


def accounts() -> Iterator[tuple[str, int, int, str]]:
    """Name, uid, gid and home of passwd(5), read anew: a scenario may add users."""
    with open("/etc/passwd", encoding="utf-8") as file:
        for line in file:
            name, _, uid, gid, _, home, _ = line.rstrip("\n").split(":")
            yield name, int(uid), int(gid), home


def groups(user: str, gid: int) -> list[int]:
    """The groups of a user by group(5): not by initgroups(3), which may load NSS modules."""
    found = {gid}
    with open("/etc/group", encoding="utf-8") as file:
        for line in file:
            _, _, number, members = line.rstrip("\n").split(":")
            if user in members.split(","):
                found.add(int(number))
    return sorted(found)


def account(user: str) -> tuple[int, int, str]:
    for name, uid, gid, home in accounts():
        if name == user:
            return uid, gid, home
    raise Refused(f"the machine has no user {user}")


def become_shell(
    slave: int, user: str, uid: int, gid: int, environment: dict[str, str]
) -> NoReturn:
    """In a forked child: become the interactive bash of a terminal. Never returns."""
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(slave, fd)
        os.closerange(3, 1 << 12)
        for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o022)
        os.setgroups(groups(user, gid))
        os.setgid(gid)
        os.setuid(uid)
        os.chdir(WORKING_DIRECTORY)
        os.execve("/bin/bash", ["bash"], environment)
    except BaseException as error:
        os.write(2, f"bash: {error}\n".encode())
    os._exit(127)


def serve(channel: socket.socket) -> NoReturn:
    """Be the agent of this machine until the channel closes, then end the process."""
    try:
        Agent(channel.detach()).run()
    finally:
        os._exit(0)
