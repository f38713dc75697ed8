"""How terminals are left: where their shells are, and what has been opened in these."""

import contextlib
import os
from collections.abc import Iterator, Mapping

from harness.guest.left.watch import Items, read
from harness.guest.proc import Proc, field_of
from harness.guest.terminal import Terminal

NAMESPACES = (
    *("cgroup", "ipc", "mnt", "net", "pid", "pid_for_children"),
    *("time", "time_for_children", "user", "uts"),
)
OF_STATUS = ("Uid", "Gid", "Groups", "Umask", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")


class Terminals:
    """The watch of the terminals, each by the shell that first read it."""

    def __init__(self, proc: Proc, terminals: Mapping[str, Terminal]) -> None:
        self._proc, self._terminals = proc, terminals
        self._opened: dict[Terminal, tuple[int, ...]] = {}  # with which processes, the shell first
        self._busy: set[int] = set()  # terminals whose shell waits, by device

    def shells(self) -> set[int]:
        """The processes that terminals were opened with."""
        here = self._terminals.values()
        return {pid for one in here for pid in (one.shell, *self._opened.get(one, ()))}

    def owns(self, pid: int) -> bool:
        """Whether a process is no finding by itself: a shell, or behind one that is still open."""
        with contextlib.suppress(OSError, ValueError):
            return pid in self.shells() or int(self._proc.stat(pid)[1][4]) in self._busy
        return True  # it has gone

    def _up_from(self, pid: int, keeper: int) -> Iterator[int]:
        """A shell, and what it was started by: sudo perhaps, or what keeps a session."""
        while pid > 1:
            yield pid
            if pid == keeper:
                return
            pid = self._proc.parent(pid)

    def look(self) -> Items:
        """Of every open terminal how its shell is, and what that has started and waits for."""
        found: Items = {}
        self._busy.clear()
        for name, terminal in self._terminals.items():
            if terminal not in self._opened and terminal.reader:
                up = self._up_from(terminal.reader.pid, terminal.shell)
                self._opened[terminal] = tuple(up)
            if terminal in self._opened and terminal.ended is None:
                shell = self._opened[terminal][0]
                what = f"terminal {name}" if name else "terminal"
                with contextlib.suppress(OSError, ValueError):
                    found |= {f"{what}: {how}": value for how, value in self._shell(shell)}
                    if command := self._in_front(terminal, shell):
                        found[what] = command
                        self._busy.add(terminal.identity[2])
        return found

    def _shell(self, pid: int) -> Iterator[tuple[str, str]]:
        yield "directory", os.readlink(f"{pid}/cwd", dir_fd=self._proc.fd)
        for kind in NAMESPACES:
            with contextlib.suppress(OSError):  # that of its children may not be there yet
                yield f"namespace {kind}", os.readlink(f"{pid}/ns/{kind}", dir_fd=self._proc.fd)
        status = self._proc.read(f"{pid}/status")
        yield "program", field_of(status, b"Name").decode("utf-8", "replace")
        for name in OF_STATUS:
            yield name, field_of(status, name.encode()).decode().replace("\t", " ")
        yield "cgroup", read(self._proc, f"{pid}/cgroup").strip()
        for line in read(self._proc, f"{pid}/limits").splitlines()[1:]:
            yield f"limit {line[:25].strip()}", " ".join(line[25:].split())

    def _in_front(self, terminal: Terminal, shell: int) -> str:
        """The command of the child that the shell waits for, or nothing if it reads itself."""
        pid = terminal.foreground()
        if pid <= 0 or self._group(shell) == pid:
            return ""
        while (parent := self._proc.parent(pid)) not in (shell, 0, 1):
            pid = parent
        return read(self._proc, f"{pid}/cmdline").replace("\0", " ").strip() or "?"

    def _group(self, pid: int) -> int:
        return int(self._proc.stat(pid)[1][2])
