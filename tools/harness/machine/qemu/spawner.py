"""The keeper of virtual machines: runs QEMU, and keeps the end of what it says.

A request is {"command": [...]} with descriptors: after the life line those that the command knows
as 4, 5 …; 3 is the machine's console, of which this process keeps the end. Each runs in a
`jail`, where one can be made here. The last word of a machine has "console" and "complaint", what
QEMU wrote on standard error; "killed" if its end was our doing.
"""

import fcntl
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from harness.guest import syscalls
from harness.machine import bounds, jail
from harness.machine.keeper import Keeper, Life

KEPT = 4096  # bytes of a console, and of what QEMU complains of
LIFETIME = 3600.0  # seconds a machine may live, whatever the harness forgets
CONSOLE = 3  # the descriptor as the command line of QEMU names it; others follow


@dataclass(eq=False)
class QemuLife(Life):
    """A running QEMU, and its outputs by descriptor: its console, its standard error."""

    outputs: dict[int, bytearray]

    def descriptors(self) -> tuple[int, ...]:
        return (*super().descriptors(), *self.outputs)

    def notice(self, fd: int) -> bool:
        return keep_end(fd, self.outputs[fd])

    def last_words(self) -> dict[str, Any]:
        for fd, kept in self.outputs.items():
            while keep_end(fd, kept):
                pass
        console, complaint = (kept.decode("utf-8", "replace") for kept in self.outputs.values())
        return {"console": console, "complaint": complaint, "killed": self.killed}


class Spawner(Keeper):
    """Starts a QEMU on request."""

    devices = tuple(jail.DEVICES.values())

    def __init__(self, control: socket.socket) -> None:
        super().__init__(control)
        self.jail = jail.namespaces()

    def make(self, line: int, request: dict[str, Any], given: list[int]) -> QemuLife:
        """Run a command."""
        ours, console = socket.socketpair()
        readable, complaint = os.pipe()
        with console:
            alive = os.pidfd_open(os.getpid())
            who = (os.geteuid(), os.getegid()) if self.jail else None
            pid, pidfd, limits = self.clone(self.jail)
            if pid == 0:
                inherited = [complaint, console.fileno(), *given]
                become(request["command"], alive, inherited, limits, who)
        for fd in (alive, complaint, *given):
            os.close(fd)
        os.set_blocking(readable, False)
        ours.setblocking(False)
        outputs = {ours.detach(): bytearray(), readable: bytearray()}
        end = time.monotonic() + LIFETIME
        return QemuLife(pid, pidfd, limits, line, outputs, end=end)


def become(
    command: list[str],
    parent: int,
    given: list[int],
    limits: bounds.Bounds,
    jailed: tuple[int, int] | None,
) -> NoReturn:
    """In the child: become QEMU, with nothing of ours but the descriptors `given`, of which the
    first is its standard error.

    `parent` is the pidfd of the process that made it, `jailed` the uid and gid of that.
    """
    try:
        limits.join()
        os.setsid()  # ^C is for the harness, which then closes its machines
        null = os.open("/dev/null", os.O_RDWR)
        high = [moved(fd) for fd in (null, null, *given, parent)]  # out of the way of new numbers
        for new, old in enumerate(high[:-1]):
            os.dup2(old, new)
        if jailed:
            jail.enter(command, *jailed)
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if select.select([high[-1]], [], [], 0)[0]:  # it ended before we could ask for the signal
            os._exit(1)
        os.closerange(2 + len(given), 1 << 16)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.execvp(command[0], command)
    except BaseException as error:
        os.write(2, f"{command[0]}: {error}".encode())
    os._exit(127)


def moved(fd: int) -> int:
    """A copy of `fd` with a number above all that are given to QEMU."""
    return fcntl.fcntl(fd, fcntl.F_DUPFD, 64)


def keep_end(fd: int, kept: bytearray) -> bool:
    """Read what is there, keeping no more than the end; False where nothing is, or ever will."""
    try:
        data = os.read(fd, 1 << 16)
    except OSError:  # BlockingIOError, too
        return False
    kept += data
    del kept[:-KEPT]
    return bool(data)


def main() -> None:
    """`python -m harness.machine.qemu.spawner FD`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    Spawner(control).run()


if __name__ == "__main__":
    main()
