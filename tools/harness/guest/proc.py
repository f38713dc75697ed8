"""Who reads a terminal, as /proc tells it: proc(5), above all on /proc/PID/syscall."""

import contextlib
import os
import platform
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.guest import syscalls

SYSTEM_CALLS = {
    "x86_64": {0: "read", 19: "read", 7: "poll", 271: "poll", 23: "select", 270: "select"}
    | dict.fromkeys((232, 281, 441), "epoll"),
    "aarch64": {63: "read", 65: "read", 73: "poll", 72: "select", 22: "epoll", 441: "epoll"},
}
_WATCHED = re.compile(rb"^tfd: *(\d+) ", re.MULTILINE)
SHELLS = {"bash", "sh", "dash", "ash", "busybox"}

Identity = tuple[int, int, int]  # of a terminal: st_dev, st_ino, st_rdev of its slave


@dataclass(frozen=True)
class Reader:
    """A task that sleeps in a read of a terminal, and how often it has slept so far."""

    pgrp: int
    pid: int
    tid: str
    comm: str
    switches: int
    euid: int  # outside, as the agent's user namespace has it


class Proc:
    """/proc as it was when the machine was made, whatever a scenario mounts over it.

    `uts` is a descriptor of our UTS namespace, if we don't stand in that /proc.
    """

    def __init__(self, uts: int | None = None) -> None:
        self.fd = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._uts = uts
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

    def parent(self, pid: int) -> int:
        """The process id of its parent."""
        return int(self.stat(pid)[1][1])

    def on(self, terminal: int) -> Iterator[dict[str, Any]]:
        """The processes that the terminal of this device number controls; see `agent`."""
        for pid in self.pids():
            with contextlib.suppress(OSError):
                comm, fields = self.stat(pid)
                if int(fields[4]) == terminal and fields[0] != "Z":
                    words = self.read(f"{pid}/cmdline").replace(b"\0", b" ")
                    waits = self.read(f"{pid}/wchan").decode()
                    command = words.decode("utf-8", "replace").strip() or comm
                    state = fields[0] if waits in ("", "0") else waits
                    yield {"pid": pid, "command": command, "waits": state}

    def group(self, pgrp: int) -> Iterator[int]:
        """The processes of a process group, its leader first, since that is most often asked."""
        for pid in (pgrp, *(pid for pid in self.pids() if pid != pgrp)):
            with contextlib.suppress(OSError):
                if self.stat(pid)[1][2] == str(pgrp):
                    yield pid

    def reader(
        self, terminal: Identity, pgrp: int, last: Reader | None, sole: bool = True
    ) -> Reader | None:
        """The task of process group `pgrp` that sleeps in a read of `terminal`, if there is one.

        It waits for nothing but that, unless it need not be `sole`. `last` is who read it last:
        mostly it is who it was.
        """
        if last and last.pgrp == pgrp:
            with contextlib.suppress(OSError):
                if self._reads(last.pid, last.tid, terminal, sole):
                    return self._reader(pgrp, last.pid, last.tid)
        for pid in self.group(pgrp):
            with contextlib.suppress(OSError):
                for tid in self.entries(f"{pid}/task"):
                    if self._reads(pid, tid, terminal, sole):
                        return self._reader(pgrp, pid, tid)
        return None

    def _reader(self, pgrp: int, pid: int, tid: str) -> Reader:
        status = self.read(f"{pid}/task/{tid}/status")
        comm = field_of(status, b"Name").decode("utf-8", "replace")
        switches = int(field_of(status, b"voluntary_ctxt_switches"))
        return Reader(pgrp, pid, tid, comm, switches, int(field_of(status, b"Uid").split()[1]))

    def again(self, reader: Reader) -> Reader | None:
        """The same task as it is now; None unless it sleeps."""
        with contextlib.suppress(OSError):
            status = self.read(f"{reader.pid}/task/{reader.tid}/status")
            if field_of(status, b"State")[:1] == b"S":
                switches = int(field_of(status, b"voluntary_ctxt_switches"))
                return replace(reader, switches=switches)
        return None

    def _reads(self, pid: int, tid: str, terminal: Identity, sole: bool) -> bool:
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
        elif call == "epoll":
            fds = [int(fd) for fd in _WATCHED.findall(self.read(f"{task}/fdinfo/{first}"))]
        else:
            fds = self._selected(pid, first, [int(word, 16) for word in words[2:5]])
        if sole and len(fds) != 1:
            return False
        return any(self._is_terminal(task, pid, fd, terminal) for fd in fds)

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

    def _is_terminal(self, task: str, pid: int, fd: int, terminal: Identity) -> bool:
        found = os.stat(f"{task}/fd/{fd}", dir_fd=self.fd)
        if found.st_rdev == os.makedev(5, 0):  # /dev/tty: whichever terminal controls the process
            return int(self.stat(pid)[1][4]) == terminal[2]
        return (found.st_dev, found.st_ino, found.st_rdev) == terminal

    def host(self, pid: int) -> str:
        """The host name that a process sees, in its UTS namespace."""
        theirs = os.open(f"{pid}/ns/uts", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.fd)
        # None is held where a scenario might find it.
        ours = os.dup(self._uts) if self._uts else os.open("self/ns/uts", 0, dir_fd=self.fd)
        try:
            syscalls.setns(theirs, syscalls.CLONE_NEWUTS)
            return os.uname().nodename
        finally:
            syscalls.setns(ours, syscalls.CLONE_NEWUTS)
            os.close(ours)
            os.close(theirs)

    def begun(self, pid: int) -> tuple[int, int]:
        """What no two programs share, even if one has been executed in the place of the other: the
        PID, and where the stack begins (proc_pid_stat(5), startstack)."""
        return pid, int(self.stat(pid)[1][25])

    def euid(self, reader: Reader) -> int:
        """The effective uid of a reader as it sees that itself, in its user namespace."""
        with contextlib.suppress(OSError):
            for line in self.read(f"{reader.pid}/uid_map").splitlines():
                inside, outside, count = map(int, line.split())
                if outside <= reader.euid < outside + count:
                    return inside + reader.euid - outside
        return 65534


def field_of(status: bytes, name: bytes) -> bytes:
    """A field of /proc/PID/status."""
    start = status.index(b"\n" + name + b":\t") if name != b"Name" else -1
    start += len(name) + 3
    return status[start : status.index(b"\n", start)]
