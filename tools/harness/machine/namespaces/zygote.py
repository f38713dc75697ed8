"""The process that makes machines: small, single-threaded, and ready to be cloned.

The harness has threads, which a clone with namespaces by direct system call must not meet; this
process has none. It has imported everything that the agent needs before it is cloned, since in
the machine no module of the host can be found.

It is given a “life line” for each machine (SOCK_SEQPACKET, one JSON object a message), on which
is said, in this order or with the first two exchanged:

    {"pid": 123}                 the machine's init, as this process sees it
    {"ready": true}              said by init: the agent listens; with it comes the channel
    {"error": sentence}          said by init instead: the machine can't be made
    {"status": 9, "memory": …}   init has ended (wait(2)); did the kernel kill for memory?

and then it is closed. When the harness closes its end of a life line the machine is destroyed,
and when it closes the socket of this process (as it does by dying, however it dies) all are. If
this process itself is killed, its machines are too: PR_SET_PDEATHSIG of their init.
"""

import contextlib
import encodings.idna  # noqa: F401  here and below: used by the standard library when needed,
import fcntl
import gc
import json
import linecache  # noqa: F401  which is too late in a machine
import os
import select
import signal
import socket
import sys
import traceback  # noqa: F401
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from harness.guest import agent, syscalls, world
from harness.machine.namespaces import bounds

NAMESPACES = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWTIME
)


@dataclass(frozen=True)
class Life:
    """A machine as this process sees it."""

    pidfd: int
    line: int
    limits: bounds.Bounds


class Zygote:
    """The loop that makes machines on request and buries them."""

    def __init__(self, control: socket.socket, rootfs: str) -> None:
        self.control = control
        self.rootfs = rootfs
        self.hierarchies = bounds.hierarchies()
        self.bounded = "pids" not in bounds.unbounded(self.hierarchies)
        self.lives: dict[int, Life] = {}  # by pidfd and by life line
        self.poll = select.poll()

    def run(self) -> None:
        """Serve until the harness closes its end, then end every machine."""
        bounds.sweep(self.hierarchies)
        self.poll.register(self.control, select.POLLIN)
        while True:
            for fd, _ in self.poll.poll():
                if fd == self.control.fileno():
                    if not self.answer():
                        self.end_all()
                        return
                elif fd in self.lives:
                    self.end(self.lives[fd], fd)

    def answer(self) -> bool:
        """Make one machine; False when nobody asks any more."""
        message, fds, _, _ = socket.recv_fds(self.control, 16, 1, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return False
        (line,) = fds
        try:
            self.make(line)
        except OSError as error:
            say(line, error=sentence(error))
            os.close(line)
        return True

    def make(self, line: int) -> None:
        """Clone a machine's init and keep watch over it."""
        limits = bounds.create(self.hierarchies)
        try:
            with directory(limits.born) as cgroup:
                pid, pidfd = syscalls.clone3(NAMESPACES, cgroup)
                if pid == 0:
                    self.be_init(line, limits)
        except OSError:
            limits.remove()
            raise
        say(line, pid=pid)
        life = Life(pidfd, line, limits)
        for fd in (pidfd, line):
            self.lives[fd] = life
            self.poll.register(fd, select.POLLIN)

    def be_init(self, line: int, limits: bounds.Bounds) -> NoReturn:
        """In the child: become a machine and then its agent."""
        try:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            limits.join()
            syscalls.unshare(syscalls.CLONE_NEWCGROUP)
            world.enter(self.rootfs, self.bounded)
            line = close_all_but(line)
            # Made here, so that it belongs to the network namespace of the machine: lsns(8)
            # would show that of the host otherwise.
            channel, theirs = socket.socketpair()
            message = json.dumps({"ready": True}).encode()
            with socket.socket(fileno=line) as to_harness, theirs:
                socket.send_fds(to_harness, [message], [theirs.fileno()])
            agent.serve(channel)
        except BaseException as error:
            say(line, error=sentence(error))
        finally:
            os._exit(1)

    def end(self, life: Life, fd: int) -> None:
        """A machine's life line or its init has come to its end: so does the machine.

        Killing the init of a PID namespace kills all processes in it, and it can't be waited
        for before they are gone (pid_namespaces(7)).
        """
        if fd == life.line:
            self.poll.unregister(fd)  # what comes is the end of init
            del self.lives[fd]
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(life.pidfd, signal.SIGKILL)
            return
        result = os.waitid(os.P_PIDFD, life.pidfd, os.WEXITED)
        assert result is not None
        status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        for one in (life.pidfd, life.line):
            if self.lives.pop(one, None):
                self.poll.unregister(one)
        memory = life.limits.out_of_memory()
        try:
            life.limits.remove()
        except OSError as error:
            print(f"namespaces: {error}", file=sys.stderr)
        say(life.line, status=status, memory=memory)
        os.close(life.line)
        os.close(life.pidfd)

    def end_all(self) -> None:
        """End every machine, one after the other; killed first, so that they end together."""
        lives = set(self.lives.values())
        for life in lives:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(life.pidfd, signal.SIGKILL)
        for life in lives:
            self.end(life, life.pidfd)


def close_all_but(line: int) -> int:
    """Close every descriptor but the life line; returns its new number.

    Standard input, output and error are the machine's /dev/null.
    """
    null = os.open("/dev/null", os.O_RDWR)
    kept = fcntl.fcntl(line, fcntl.F_DUPFD_CLOEXEC, 3)  # not among those to be replaced
    for fd in range(3):
        os.dup2(null, fd)
    os.dup2(kept, 3, inheritable=False)
    os.closerange(4, 1 << 30)
    return 3


@contextlib.contextmanager
def directory(path: Path | None) -> Iterator[int | None]:
    """A descriptor of the directory `path`, if there is one."""
    if path is None:
        yield None
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


def say(line: int, **what: Any) -> None:
    """Send one message down a life line; the harness may have let go of it."""
    with contextlib.suppress(OSError):
        os.write(line, json.dumps(what).encode())


def sentence(error: BaseException) -> str:
    """What went wrong, without the “[Errno 1]” of OSError."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def main() -> None:
    """`python -m harness.machine.namespaces.zygote FD ROOTFS`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    zygote = Zygote(control, sys.argv[2])
    gc.collect()
    gc.freeze()  # what is here now is never looked at again: its pages stay shared with children
    zygote.run()


if __name__ == "__main__":
    main()
