"""A process that keeps machines: small and single-threaded, so that none outlives anybody.

PR_SET_PDEATHSIG(2const) kills a child when the *thread* that made it ends, and the harness has
threads that come and go (which a clone with namespaces by direct system call must not meet
either); this process has one. The other end, in the harness, is `lifeline`.

It is sent a message for each machine, a JSON object with descriptors, the first of which is the
machine's “life line” (SOCK_SEQPACKET, one JSON object a message). Down the life line it says

    {"pid": 123}                 the machine's first process, as this one sees it
    {"error": sentence}          instead: the machine can't be made
    {"status": 9, …}             that process has ended (negative: by that signal), "memory":
                                 whether the kernel has killed for its bound of memory, and what
                                 the kind of machine has to say of it

and then it is closed. When the harness closes its end of a life line the machine is killed, and
when it closes the socket of this process (as it does by dying, however it dies) all are. If this
process itself is killed, so are its machines: they have asked for the signal.
"""

import contextlib
import json
import math
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from harness.guest import syscalls
from harness.machine import bounds


@dataclass(eq=False)
class Life:
    """A machine: its first process, and its life line. Each kind has its own."""

    pid: int
    pidfd: int
    limits: bounds.Bounds
    line: int
    end: float = field(default=math.inf, kw_only=True)  # time.monotonic() at which it is killed
    killed: bool = field(default=False, kw_only=True)

    def descriptors(self) -> tuple[int, ...]:
        """All that are its own, and are watched."""
        return self.pidfd, self.line

    def notice(self, fd: int) -> bool:
        """Another of its descriptors is ready; False if nothing will ever be read from it again."""
        raise NotImplementedError

    def last_words(self) -> dict[str, Any]:
        """What else is to be said of it now that it has ended."""
        return {}

    def kill(self) -> None:
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


class Keeper:
    """The loop that makes machines on request and buries them.

    `devices` are those of the host that they may use, beside what every machine has.
    """

    devices: tuple[tuple[int, int], ...] = ()

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.lives: dict[int, Life] = {}  # by each of their descriptors
        self.poll = select.poll()
        self.hierarchies = bounds.hierarchies()
        bounds.sweep(self.hierarchies)

    def clone(self, flags: int) -> tuple[int, int, bounds.Bounds]:
        """Clone this process into a machine's bounds and into new namespaces.

        Its pid (0: this is the child, which is still to `join` those of cgroup v1), its pidfd, and
        what bounds it.
        """
        limits, cgroup = bounds.create(self.hierarchies, self.devices), None
        try:
            if limits.born:
                cgroup = os.open(limits.born, os.O_RDONLY | os.O_DIRECTORY)
            return *syscalls.clone3(flags, cgroup), limits
        except OSError:
            limits.remove()
            raise
        finally:
            if cgroup is not None:
                os.close(cgroup)

    def make(self, line: int, request: dict[str, Any], given: list[int]) -> Life:
        """A new machine; `given` are the descriptors that came with its life line, to be closed.

        :raises OSError: it can't be made.
        """
        raise NotImplementedError

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
        """Make one machine; False when nobody asks any more."""
        data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 8, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        line, *given = fds
        try:
            life = self.make(line, json.loads(data), given)
        except OSError as error:
            say(line, error=sentence(error))
            os.close(line)
            return True
        say(line, pid=life.pid)
        for fd in life.descriptors():
            self.lives[fd] = life
            self.poll.register(fd, select.POLLIN)
        return True

    def notice(self, life: Life, fd: int) -> None:
        """Something is to be read from `fd`, or it is at its end."""
        if fd == life.pidfd:
            self.bury(life)
        elif fd == life.line:
            self.forget(fd)  # what comes is the end of the process
            life.kill()
        elif not life.notice(fd):
            self.forget(fd)

    def bury(self, life: Life) -> None:
        """A machine's first process has ended: say how, and let go of all that was its.

        The init of a PID namespace can't be waited for before all processes in it are gone
        (pid_namespaces(7)).
        """
        result = os.waitid(os.P_PIDFD, life.pidfd, os.WEXITED)
        assert result is not None
        status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        words = {"memory": life.limits.out_of_memory(), **life.last_words()}
        try:
            life.limits.remove()  # first: who hears the word may look for what is left
        except OSError as error:
            print(f"{type(self).__name__}: {error}", file=sys.stderr)
        say(life.line, status=status, **words)
        for fd in life.descriptors():
            self.forget(fd)
            os.close(fd)

    def forget(self, fd: int) -> None:
        """Watch a descriptor no longer."""
        if self.lives.pop(fd, None):
            self.poll.unregister(fd)

    def end_all(self) -> None:
        """Kill every machine, all at once, and wait for each."""
        lives = set(self.lives.values())
        for life in lives:
            life.kill()
        for life in lives:
            self.bury(life)


def say(line: int, **what: Any) -> None:
    """Send one message down a life line; the harness may have let go of it."""
    with contextlib.suppress(OSError):
        os.write(line, json.dumps(what).encode())


def sentence(error: BaseException) -> str:
    """What went wrong, without the “[Errno 1]” of OSError."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__
