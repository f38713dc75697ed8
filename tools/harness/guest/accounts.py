"""Who is who in a machine, read from its own files, and how a shell of somebody's is started."""

import fcntl
import os
import signal
import termios
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

USER_UID = 1000  # of the ordinary user, whom the image's recipe makes
ENVIRONMENT = {"TERM": "dumb", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}
USER_PATH = "/usr/local/bin:/usr/bin:/bin"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


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
    with open("/etc/passwd", encoding="utf-8") as file:
        for line in file:
            name, _, uid, gid, _, home, _ = line.rstrip("\n").split(":")
            yield Account(name, int(uid), int(gid), home)


def account(who: str | int) -> Account:
    """The account of that name or uid; Refused if there is none."""
    for one in accounts():
        if who in (one.name, one.uid):
            return one
    raise Refused(f"the machine has no user {who}")


def groups(user: Account) -> list[int]:
    """The groups of a user by group(5): not by initgroups(3), which may load NSS modules."""
    found = {user.gid}
    with open("/etc/group", encoding="utf-8") as file:
        for line in file:
            _, _, number, members = line.rstrip("\n").split(":")
            if user.name in members.split(","):
                found.add(int(number))
    return sorted(found)


def start_shell(slave: int, user: Account, directory: str, path: str) -> int:
    """Fork an interactive bash of `user` on a terminal that becomes theirs; its process id.

    `path` is its PATH.
    """
    environment = {"HOME": user.home, "USER": user.name, "LOGNAME": user.name, "PATH": path}
    if shell := os.fork():
        return shell
    become_shell(slave, user, directory, ENVIRONMENT | environment, ("/bin/bash", "bash"))


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
