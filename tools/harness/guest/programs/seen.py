"""What has really run: the kernel tells of each file that is executed, and who opens a program.

By fanotify(7), which costs two system calls an exec. The name of who opens a file is that of the
file which its process has executed last: events come in the order in which things happened, so
that none is missed because a process has ended by now.
"""

import contextlib
import ctypes
import os
import struct
from typing import Any

from harness.guest import syscalls

NR_FANOTIFY_INIT, NR_FANOTIFY_MARK = (300, 301) if syscalls.X86_64 else (262, 263)
FAN_CLOEXEC, FAN_NONBLOCK = 0x1, 0x2
FAN_MARK_ADD, FAN_MARK_FILESYSTEM = 0x1, 0x100
FAN_OPEN, FAN_OPEN_EXEC = 0x20, 0x1000
EVENT = struct.Struct("IBBHQii")  # struct fanotify_event_metadata
PLACES = ("/", "/tmp", "/run", "/dev/shm")  # whose file systems have what is executed
MOST = 2000  # of what is told, and of processes that are known
LONGEST = 255  # characters of a name
UNKNOWN = "?"


class Seen:
    """Told of everything that happens in a machine from now on; nothing is where the kernel, or
    who made this machine, doesn't let us (`fd` is None then).

    `line` is that of the chapter whose step runs now, `proc` a /proc in which we are seen.
    """

    def __init__(self, proc: int) -> None:
        self.proc, self.line = proc, 0
        self.executed: dict[tuple[int, str], None] = {}  # the line, and the name of the file
        self.opened: dict[
            tuple[int, str, str], None
        ] = {}  # and the path as it was put, and by whom
        self._marked: dict[tuple[int, int], str] = {}  # by device and inode
        self._last: dict[int, str] = {}  # by the process: what it has executed last
        self.fd: int | None = None
        self.fds: set[int] = set()  # it, to be waited for
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
        with contextlib.suppress(OSError):
            fd = syscalls.libc.syscall(
                ctypes.c_long(NR_FANOTIFY_INIT), FAN_CLOEXEC | FAN_NONBLOCK, flags
            )
            self.fd = syscalls.check(fd, "fanotify_init")
            self.fds.add(self.fd)
            for place in PLACES:
                self._mark(FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN_EXEC, place)

    def _mark(self, flags: int, what: int, path: str) -> None:
        result = syscalls.libc.syscall(
            ctypes.c_long(NR_FANOTIFY_MARK), ctypes.c_int(self.fd or 0), ctypes.c_uint(flags),
            ctypes.c_uint64(what), ctypes.c_int(syscalls.AT_FDCWD), os.fsencode(path),
        )  # fmt: skip
        syscalls.check(result, "fanotify_mark")

    def follow(self, path: str, name: str) -> None:
        """Tell who opens the file that now is at `path`, by its `name`."""
        if self.fd is not None:
            with contextlib.suppress(OSError):
                self._mark(FAN_MARK_ADD, FAN_OPEN, path)
                found = os.stat(path)
                self._marked[found.st_dev, found.st_ino] = name

    def tell(self) -> dict[str, list[Any]] | None:
        """What was executed at which line, and what was opened by whom; None where the kernel tells
        nothing."""
        self.take()
        if self.fd is None:
            return None
        return {"executed": [*self.executed], "opened": [*self.opened]}

    def at(self, line: int) -> None:
        """A step of that line begins."""
        self.take()
        self.line = line

    def take(self) -> None:
        """What has happened since."""
        with contextlib.suppress(OSError):
            while self.fd is not None and (events := os.read(self.fd, 64 * EVENT.size)):
                for _, _, _, _, what, fd, pid in EVENT.iter_unpack(events):
                    if fd >= 0:
                        try:
                            self._event(what, fd, pid)
                        finally:
                            os.close(fd)

    def _event(self, what: int, fd: int, pid: int) -> None:
        path = os.readlink(f"self/fd/{fd}", dir_fd=self.proc)
        name = os.path.basename(path).removesuffix(" (deleted)")[:LONGEST]
        found = os.fstat(fd)
        program = self._marked.get((found.st_dev, found.st_ino))
        if what & FAN_OPEN and program and pid != os.getpid() and len(self.opened) < MOST:
            self.opened[self.line, program, self._last.get(pid, UNKNOWN)] = None
        if what & FAN_OPEN_EXEC and not name.startswith("ld-"):
            if len(self._last) > MOST:
                self._last.clear()
            self._last[pid] = name
            if len(self.executed) < MOST:
                self.executed[self.line, name] = None
