"""What has really run: the kernel tells what is executed, who opens a program, and what is made
of it.

By fanotify(7). Events come in the order in which things happened, so that none is missed because a
process has ended by now; and who opens a program itself waits until we have looked at it. What a
process has written that had opened a program is made of that: so the assembler's input, the
object, the executable and its copies are; and a file is so no longer once somebody has written over
it who had read nothing of the kind. These events are many, and asked for only once somebody but a
Python that was given the program has opened it.
"""

import contextlib
import ctypes
import os
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from harness.guest import syscalls
from harness.guest.proc import field_of
from harness.guest.programs.known import Known

NR_FANOTIFY_INIT, NR_FANOTIFY_MARK = (300, 301) if syscalls.X86_64 else (262, 263)
FAN_CLOEXEC, FAN_NONBLOCK, FAN_CLASS_CONTENT, FAN_UNLIMITED_QUEUE = 0x1, 0x2, 0x4, 0x10
FAN_MARK_ADD, FAN_MARK_FLUSH, FAN_MARK_FILESYSTEM = 0x1, 0x80, 0x100
FAN_CLOSE_WRITE, FAN_CLOSE_NOWRITE, FAN_OPEN = 0x8, 0x10, 0x20
FAN_CLOSE = FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE
FAN_OPEN_EXEC, FAN_OPEN_PERM = 0x1000, 0x10000
FAN_ALLOW = 1
EVENT = struct.Struct("IBBHQii")  # struct fanotify_event_metadata
ANSWER = struct.Struct("iI")  # struct fanotify_response
AT_ONCE, READS = 64, 64  # events of a read, and reads before something else is looked at
PLACES = ("/", "/tmp", "/run", "/dev/shm")  # whose file systems have what is executed
IN_MEMORY = (b"tmpfs", b"ramfs", b"overlay")  # file systems that have programs, and no device
MOST = 2000  # of what is told, and of files and processes that are known
LONGEST, WORDS = 255, 20  # characters of a name, and words of a command
LONGEST_WORD = 4096
LARGEST = 1 << 18  # bytes of a program
UNKNOWN = "?"

File = tuple[int, int]  # its device and inode


class Seen:
    """Told of everything that happens in a machine from now on; nothing is where the kernel, or
    who made this machine, doesn't let us (`fd` is None then).

    `line` is that of the chapter whose step runs now, `proc` a /proc in which we are seen.
    """

    def __init__(self, proc: int, known: Known) -> None:
        self.proc, self.known, self.line = proc, known, 0
        self.executed: dict[tuple[int, str], None] = {}  # the line, and the name of the file
        self.opened: dict[tuple[int, str, str, str, tuple[str, ...]], None] = {}  # see `tell`
        self.ran: dict[tuple[int, str], None] = {}  # the line, and the path of the program
        self._paths: dict[str, str] = {}  # of the programs, by the path as it was put
        self._from: dict[File, set[str]] = {}  # the programs that a file is, or is made of
        self._texts: dict[File, bytes] = {}  # of the programs, as they were put
        # Those that a process has opened, and as which files.
        self._of: defaultdict[int, dict[str, set[File]]] = defaultdict(dict)
        self._read_by: dict[int, set[File]] = {}  # of these, what it has closed without writing
        self._wrote: defaultdict[int, set[File]] = defaultdict(set)
        self._last: dict[int, str] = {}  # by the process: what it has executed last
        self._marked: dict[int, str] = {}  # a place in each file system that is watched, by device
        self._widely = False
        self.fd: int | None = None
        self.fds: set[int] = set()  # it, to be waited for
        flags = FAN_CLOEXEC | FAN_NONBLOCK | FAN_CLASS_CONTENT | FAN_UNLIMITED_QUEUE
        with contextlib.suppress(OSError):
            fd = syscalls.libc.syscall(
                ctypes.c_long(NR_FANOTIFY_INIT), flags, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
            )
            self.fd = syscalls.check(fd, "fanotify_init")
            self.fds.add(self.fd)
            for place in PLACES:
                self._watch(place)

    def _mark(self, flags: int, what: int, path: str) -> None:
        result = syscalls.libc.syscall(
            ctypes.c_long(NR_FANOTIFY_MARK), ctypes.c_int(self.fd or 0), ctypes.c_uint(flags),
            ctypes.c_uint64(what), ctypes.c_int(self.proc), os.fsencode(path),
        )  # fmt: skip
        syscalls.check(result, "fanotify_mark")

    def _watch(self, place: str) -> None:
        """What is executed in the file system of that place; and all, once that is asked for."""
        what = FAN_OPEN_EXEC | (FAN_OPEN | FAN_CLOSE if self._widely else 0)
        with contextlib.suppress(OSError):
            device = os.stat(place, dir_fd=self.proc).st_dev
            self._mark(FAN_MARK_ADD | FAN_MARK_FILESYSTEM, what, place)
            self._marked.setdefault(device, place)

    def _watch_mounted(self, pids: Iterable[int | str]) -> None:
        """File systems that these processes see, and that were not there before."""
        looked = set()
        for pid in pids:
            with contextlib.suppress(OSError, ValueError):
                space = os.readlink(f"{pid}/ns/mnt", dir_fd=self.proc)
                if space in looked:
                    continue
                looked.add(space)
                for line in self._read(f"{pid}/mountinfo").splitlines()[:MOST]:
                    fields, _, rest = line.partition(b" - ")
                    device, _, place = fields.split()[2:5]
                    kind, source = rest.split()[:2]
                    number = os.makedev(*map(int, device.split(b":")))
                    has_files = kind in IN_MEMORY or source.startswith(b"/dev/")
                    if has_files and number not in self._marked and len(self._marked) < MOST:
                        self._watch(f"{pid}/root{os.fsdecode(place)}")

    def close(self) -> None:
        """See nothing more, and let whoever waits for us go on."""
        if self.fd is not None:
            os.close(self.fd)
        self.fd, self.fds = None, set()

    @contextlib.contextmanager
    def looking_away(self) -> Iterator[None]:
        """Within this we may open any file: who opens a program that is followed waits for us."""
        if self.fd is not None:
            self._mark(FAN_MARK_FLUSH, 0, "/")
        try:
            yield
        finally:
            for path in self._paths.values():
                self._follow(path)

    def follow(self, path: str, name: str) -> None:
        """Tell who opens the file that now is at `path`, and what is made of it, by its `name`, as
        soon as we no longer look away."""
        if self.fd is not None:
            for made_of in self._from.values():
                made_of.discard(name)
            for opened in self._of.values():
                opened.pop(name, None)
            with contextlib.suppress(OSError), open(path, "rb") as program:
                found = os.fstat(program.fileno())
                self._from[found.st_dev, found.st_ino] = {name}
                self._texts[found.st_dev, found.st_ino] = program.read(LARGEST)
                self._paths[name] = path

    def _follow(self, path: str) -> None:
        with contextlib.suppress(OSError):
            self._mark(FAN_MARK_ADD, FAN_OPEN_PERM, path)

    def tell(self) -> dict[str, list[Any]] | None:
        """What was executed at which line; which program was opened, by whom, under which name of
        its file, and with which words that was called; which was executed, or what is made of it.
        None where the kernel tells nothing."""
        if self.fd is None:
            return None
        self.take()
        return {"executed": [*self.executed], "opened": [*self.opened], "ran": [*self.ran]}

    def at(self, line: int) -> None:
        """A step of that line begins."""
        self.take()
        self.line = line
        if self._paths and self.fd is not None:
            self._watch_mounted(name for name in os.listdir(self.proc) if name.isdigit())

    def take(self) -> None:
        """What has happened since, or as much of it as may keep us from others."""
        for _ in range(READS if self.fd is not None else 0):
            try:
                events = os.read(self.fd or 0, AT_ONCE * EVENT.size)
            except OSError:
                return
            for _, _, _, _, what, fd, pid in EVENT.iter_unpack(events):
                if fd >= 0:
                    try:
                        with contextlib.suppress(OSError):  # it may have ended, and gone
                            self._event(what, fd, pid)
                    finally:
                        if what & FAN_OPEN_PERM:
                            os.write(self.fd or 0, ANSWER.pack(fd, FAN_ALLOW))
                        os.close(fd)

    def _event(self, what: int, fd: int, pid: int) -> None:
        found = os.fstat(fd)
        file = found.st_dev, found.st_ino
        programs = self._from.get(file)
        if programs and what & (FAN_OPEN | FAN_OPEN_PERM) and pid != os.getpid():
            self._opened(programs, file, self._name(fd), pid)
        if programs and what & FAN_CLOSE_NOWRITE:
            self._read_by.setdefault(pid, set()).add(file)
        if what & FAN_CLOSE_WRITE:
            if programs and file not in self._read_by.get(pid, ()):
                self._written_over(programs, file, fd, pid)
            # It may have been told with what came before, so that the order within a process
            # is not known; ld(1) opens its output first, too.
            self._wrote[pid].add(file)
            self._make(pid)
        if what & FAN_OPEN_EXEC:
            name = self._name(fd)
            if not name.startswith("ld-"):
                self._last[pid] = name
                if len(self.executed) < MOST:
                    self.executed[self.line, name] = None
            for program in self._from.get(file, ()):
                self.ran[self.line, program] = None
        for known in (self._last, self._wrote, self._of, self._read_by):
            if len(known) > MOST:
                known.clear()

    def _opened(self, programs: set[str], file: File, name: str, pid: int) -> None:
        there = self._there(pid)
        words = self._words(there)
        is_python = self.known.kind(there, self.proc) == "python"
        by = "python" if is_python else self._last.get(pid, UNKNOWN)
        for program in programs:
            if len(self.opened) < MOST:
                self.opened[self.line, program, by, name, words if is_python else ()] = None
            self._of[pid].setdefault(program, set()).add(file)
        self._make(pid)
        if not self._widely and not (is_python and name in map(os.path.basename, words)):
            self._widely = True
            for place in [*self._marked.values()]:
                self._watch(place)
            self._watch_mounted([there])

    def _written_over(self, programs: set[str], file: File, fd: int, pid: int) -> None:
        """A process has opened a file that is made of programs, only to write it: if it has opened
        nothing else of them, this is so no longer, but for an addition at the file's end."""
        text = self._texts.get(file)
        is_added_to = text is not None and os.pread(fd, len(text), 0) == text
        opened = self._of[pid]
        for program in [*programs]:
            as_which = opened.get(program, set())
            as_which.discard(file)
            if not as_which:
                opened.pop(program, None)
                if not is_added_to:
                    programs.discard(program)

    def _make(self, pid: int) -> None:
        """What a process has written is made of the programs that it has opened. A shell's own
        redirections are not: it has opened more than one command reads."""
        if (opened := self._of.get(pid)) and self._wrote.get(pid):
            if self.known.kind(self._there(pid), self.proc) == "shell":
                self._wrote.pop(pid)
            for file in self._wrote.pop(pid, ()):
                if len(self._from) < MOST:
                    self._from[file] = self._from.get(file, set()) | set(opened)

    def _name(self, fd: int) -> str:
        path = os.readlink(f"self/fd/{fd}", dir_fd=self.proc)
        return os.path.basename(path).removesuffix(" (deleted)")[:LONGEST]

    def _there(self, pid: int) -> int:
        """The number in `proc` of a process that has that one where we are, or 0: the fdinfo of a
        pidfd has it, see pidfd_open(2)."""
        with contextlib.suppress(OSError):
            pidfd = os.pidfd_open(pid)
            try:
                return max(0, int(field_of(self._read(f"self/fdinfo/{pidfd}"), b"Pid")))
            finally:
                os.close(pidfd)
        return 0

    def _words(self, pid: int) -> tuple[str, ...]:
        """What a process was called with; nothing where it has ended by now."""
        with contextlib.suppress(OSError):
            words = self._read(f"{pid}/cmdline").removesuffix(b"\0").split(b"\0")
            return tuple(one.decode("utf-8", "replace")[:LONGEST_WORD] for one in words[:WORDS])
        return ()

    def _read(self, path: str) -> bytes:
        """As much of a file of `proc` as anybody has put there for us to read."""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc), "rb") as file:
            return file.read(1 << 18)
