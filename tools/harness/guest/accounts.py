"""Who is who in a machine, read from its own files, and how a shell of somebody's is started."""

import contextlib
import fcntl
import os
import re
import signal
import struct
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import NamedTuple, NoReturn

from harness.guest import syscalls

USER_UID = 1000  # of the ordinary user, whom the image's recipe makes
ENVIRONMENT = {"TERM": "dumb", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}
# The cgroups of logins where systemd is init, one for each terminal; `world` makes them.
SESSIONS = tuple(
    f"/sys/fs/cgroup/user.slice/user-{USER_UID}.slice/session-{number}.scope"
    for number in range(1, 20)
)
USER_PATH = "/usr/local/bin:/usr/bin:/bin"
MOST_CHARACTERS = 1 << 20  # of a file that a scenario may have written
ENDED = struct.calcsize("ii")
READY = b"\0"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


_NUMBER = re.compile("[0-9]{1,10}")
_sessions = chain(SESSIONS, repeat(SESSIONS[-1]))


class Refused(Exception):
    """A request that can't be carried out; its text is the reply's ``error``."""


class Account(NamedTuple):
    """What passwd(5) says of a user."""

    name: str
    uid: int
    gid: int
    home: str


def accounts() -> Iterator[Account]:
    """Everybody of passwd(5), read anew: a scenario may add users."""
    for name, _, uid, gid, _, home, _ in records("/etc/passwd", 7, 4):
        yield Account(name, int(uid), int(gid), home)


def records(path: str, width: int, last: int) -> Iterator[list[str]]:
    """The lines of a file of /etc that have so many fields, from the third to the `last` of these
    numbers; as much of it as a scenario may make us read."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file.read(MOST_CHARACTERS).splitlines():
            fields = line.split(":")
            if len(fields) == width and all(map(_NUMBER.fullmatch, fields[2:last])):
                yield fields


def account(who: str | int) -> Account:
    """The account of that name or uid; Refused if there is none."""
    for one in accounts():
        if who in (one.name, one.uid):
            return one
    raise Refused(f"the machine has no user {who}")


def groups(user: Account) -> list[int]:
    """The groups of a user by group(5): not by initgroups(3), which may load NSS modules."""
    found = {user.gid}
    for _, _, number, members in records("/etc/group", 4, 3):
        if user.name in members.split(","):
            found.add(int(number))
    return sorted(found)


class Inside:
    """Where what a scenario runs is: in a PID namespace below that of the agent.

    What it can't see it can't trace, stop or take descriptors of (ptrace(2), pidfd_getfd(2),
    pid_namespaces(7)), whatever capabilities it has. Its first process, which reaps the others,
    speaks to the agent by a pipe, that no more can be had of it than wrong numbers: a socket would
    give away who is at its other end (SO_PEERPIDFD, unix(7)).

    Nothing that is in it ever has a descriptor of the agent's. `proc` is one in which the agent is
    seen; the first process `prepare`s what takes one that is in there, and shares all other
    namespaces with the agent, and its root directory.

    :raises OSError: what that has raised.
    """

    def __init__(self, proc: int, prepare: Callable[[], None]) -> None:
        self.proc = proc
        own, self.uts = (namespace(proc, kind) for kind in ("pid", "uts"))
        syscalls.unshare(syscalls.CLONE_NEWPID)
        self.ends, report = os.pipe2(os.O_CLOEXEC)  # what `ended` reads
        self.first = os.fork()  # as the agent sees it
        if self.first == 0:
            with ending():
                be_first(report, prepare)
        os.close(report)
        if error := os.read(self.ends, 1 << 12).lstrip(READY):
            raise OSError(error.decode())
        os.set_blocking(self.ends, False)
        self._space = namespace(proc, "pid_for_children")
        syscalls.setns(own, syscalls.CLONE_NEWPID)
        os.close(own)

    def ended(self) -> Iterator[tuple[int, int]]:
        """The processes, by the numbers that they have there, that have ended, and how."""
        with contextlib.suppress(BlockingIOError):
            yield from struct.iter_unpack("ii", os.read(self.ends, ENDED * 512))

    def start_shell(self, slave: int, user: Account, directory: str) -> int:
        """As the function of that name, but there. The shell is a grandchild of a process that has
        nothing of the agent's left when it enters, and becomes a child of the first process there
        as its parent ends.
        """
        readable, writable = os.pipe2(os.O_CLOEXEC)
        session = next(_sessions)
        entering = os.fork()
        if entering == 0:
            with ending():
                keep_only(slave, writable, self._space)
                syscalls.setns(5, syscalls.CLONE_NEWPID)
                os.close(5)
                if child := os.fork():
                    os.waitpid(child, 0)
                else:
                    shell = start_shell(3, user, directory, session)
                    os.write(4, struct.pack("i", shell))
        os.close(writable)
        with open(readable, "rb") as pipe:
            said = pipe.read(4)
        os.waitpid(entering, 0)
        if len(said) < 4:
            raise Refused("no shell can be started: the machine has no room for its process")
        pid: int = struct.unpack("i", said)[0]
        return pid


def start_shell(slave: int, user: Account, directory: str, session: str = "") -> int:
    """Fork an interactive bash of `user` on a terminal that becomes theirs; its process id.

    `session` is the next of `SESSIONS`, where that has been taken.
    """
    path = USER_PATH if user.uid else SYSTEM_PATH
    environment = {"HOME": user.home, "USER": user.name, "LOGNAME": user.name, "PATH": path}
    session = session or next(_sessions)
    if shell := os.fork():
        return shell
    with contextlib.suppress(OSError), open(f"{session}/cgroup.procs", "w") as file:
        file.write("0")
    become_shell(slave, user, directory, ENVIRONMENT | environment, ("/bin/bash", "bash"))


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """What is done within is the last that this process does."""
    try:
        yield
    finally:
        os._exit(1)


def keep_only(*fds: int) -> None:
    """Close every descriptor but 0, 1, 2 and these, which are 3, 4 … then."""
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in fds]
    for new, old in enumerate(high, 3):
        os.dup2(old, new, inheritable=False)
    os.closerange(3 + len(fds), 1 << 30)


def namespace(proc: int, kind: str) -> int:
    """A descriptor of a namespace of this process."""
    return os.open(f"self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)


def be_first(report: int, prepare: Callable[[], None]) -> NoReturn:
    """In the first process: wait for what others have left, and say how each has ended."""
    os.setsid()
    try:
        prepare()
        syscalls.rename_process(b"init")
    except BaseException as error:
        what = getattr(error, "strerror", None) or str(error) or repr(error)
        where = getattr(error, "filename", None)
        os.write(report, (f"{where}: {what}" if where else what).encode())
        raise
    os.write(report, READY)
    keep_only(report)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        signal.sigwait({signal.SIGCHLD})
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                os.write(3, struct.pack("ii", found[0], os.waitstatus_to_exitcode(found[1])))


def become_shell(
    slave: int,
    user: Account,
    directory: str,
    environment: Mapping[str, str],
    command: Sequence[str],
) -> NoReturn:
    """In the child: be `user` at a terminal that becomes theirs; `command` is a file and argv."""
    file, *words = command
    try:
        os.fchown(slave, user.uid, -1)
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(slave, fd)
        os.closerange(3, 1 << 12)
        for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o022)
        os.setgroups(groups(user))
        os.setgid(user.gid)
        os.setuid(user.uid)
        os.chdir(directory)
        os.execve(file, words, environment)
    except BaseException as error:
        os.write(2, f"{words[0]}: {error}\n".encode())
    os._exit(127)
