"""The process that runs QEMU: small and single-threaded, so that no machine outlives anybody.

PR_SET_PDEATHSIG(2const) kills a child when the *thread* that made it ends, and the harness has
threads that come and go; this process has one. When the harness closes its end of a life line the
machine is killed, and when it closes the socket of this process (as it does by dying, however it
dies) all are. If this process itself is killed, so is every QEMU.

It is sent a message for each machine, {"command": [...]} with descriptors: first the life line
(SOCK_SEQPACKET, one JSON object a message), then those that the command knows as 4, 5 …; 3 is the
machine's console, of which this process keeps the end. Down the life line it says

    {"pid": 123}
    {"status": 0, "console": text, "complaint": text, "killed": false}

the second after QEMU has been waited for, with what it wrote on standard error; `killed` if that
was our doing.
"""

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import NoReturn

from harness.guest import syscalls

KEPT = 4096  # bytes of a console, and of what QEMU complains of
LIFETIME = 3600.0  # seconds a machine may live, whatever the harness forgets
CONSOLE = 3  # the descriptor as the command line of QEMU names it; others follow


@dataclass(eq=False)
class Life:
    """A running QEMU."""

    pid: int
    pidfd: int
    line: int
    outputs: dict[int, bytearray]  # by descriptor: its console, its standard error
    end: float = field(default_factory=lambda: time.monotonic() + LIFETIME)
    killed: bool = False

    def kill(self) -> None:
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


class Spawner:
    """The loop that starts QEMUs on request, keeps the end of what they say, and buries them."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.lives: dict[int, Life] = {}  # by each of their descriptors
        self.poll = select.poll()

    def run(self) -> None:
        """Serve until the harness closes its end, then end every machine."""
        self.poll.register(self.control, select.POLLIN)
        while True:
            alive = set(self.lives.values())
            for life in alive:
                if time.monotonic() > life.end:
                    life.kill()
            ready = [fd for fd, _ in self.poll.poll(60_000 if alive else None)]
            # Requests last: what they open may have the number of what has just been closed.
            for fd in sorted(ready, key=lambda fd: fd == self.control.fileno()):
                if fd in self.lives:
                    self.notice(self.lives[fd], fd)
                elif fd == self.control.fileno() and not self.answer():
                    self.end_all()
                    return

    def answer(self) -> bool:
        """Start one machine; False when nobody asks any more."""
        data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 8, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        line, *given = fds
        ours, console = socket.socketpair()
        readable, complaint = os.pipe()
        with console:
            pid = os.fork()
            if pid == 0:
                become(json.loads(data)["command"], complaint, [console.fileno(), *given])
        for fd in (complaint, *given):
            os.close(fd)
        os.set_blocking(readable, False)
        ours.setblocking(False)
        life = Life(
            pid, os.pidfd_open(pid), line, {ours.detach(): bytearray(), readable: bytearray()}
        )
        for fd in (life.pidfd, life.line, *life.outputs):
            self.lives[fd] = life
            self.poll.register(fd, select.POLLIN)
        say(line, pid=pid)
        return True

    def notice(self, life: Life, fd: int) -> None:
        """Something is to be read from `fd`, or it is at its end."""
        if fd == life.pidfd:
            self.bury(life)
        elif fd == life.line:
            self.forget(fd)  # what comes is the end of QEMU
            life.kill()
        elif not keep_end(fd, life.outputs[fd]):
            self.forget(fd)

    def bury(self, life: Life) -> None:
        """QEMU has ended: say how, and let go of all that was its."""
        result = os.waitid(os.P_PIDFD, life.pidfd, os.WEXITED)
        assert result is not None
        status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        for fd, kept in life.outputs.items():
            while keep_end(fd, kept):
                pass
        console, complaint = (kept.decode("utf-8", "replace") for kept in life.outputs.values())
        say(life.line, status=status, console=console, complaint=complaint, killed=life.killed)
        for fd in (life.pidfd, life.line, *life.outputs):
            self.forget(fd)
            os.close(fd)

    def forget(self, fd: int) -> None:
        if self.lives.pop(fd, None):
            self.poll.unregister(fd)

    def end_all(self) -> None:
        """Kill every machine, all at once, and wait for each."""
        lives = set(self.lives.values())
        for life in lives:
            life.kill()
        for life in lives:
            self.bury(life)


def become(command: list[str], complaint: int, given: list[int]) -> NoReturn:
    """In the child: become QEMU, with nothing of ours but the descriptors `given`."""
    parent = os.getppid()
    try:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we could ask for the signal
            os._exit(1)
        os.setsid()  # ^C is for the harness, which then closes its machines
        high = [moved(fd) for fd in (complaint, *given)]  # out of the way of the new numbers
        null = os.open("/dev/null", os.O_RDWR)
        for new, old in enumerate((null, null, *high)):
            os.dup2(old, new)
        os.closerange(CONSOLE + len(given), 1 << 16)
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
    except BlockingIOError:
        return False
    except OSError:
        return False
    kept += data
    del kept[:-KEPT]
    return bool(data)


def say(line: int, **what: object) -> None:
    """Send one message down a life line; the harness may have let go of it."""
    with contextlib.suppress(OSError):
        os.write(line, json.dumps(what).encode())


def main() -> None:
    """`python -m harness.machine.qemu.spawner FD`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    Spawner(control).run()


if __name__ == "__main__":
    main()
