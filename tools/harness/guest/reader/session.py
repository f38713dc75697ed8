"""A session as sshd(8) opens one, by PAM: pam(3), <security/pam_appl.h>.

Its first process keeps it, and starts the shell: so that shell sits in
/user.slice/user-1000.slice/session-N.scope, has a login uid, and an environment of a session's.
"""

import ctypes
import os
import signal
from typing import Any, NoReturn

from harness.guest import syscalls
from harness.guest.accounts import (
    ENVIRONMENT,
    SYSTEM_PATH,
    USER_PATH,
    USER_UID,
    Account,
    account,
    become_shell,
)

PAM_TTY = 3
PAM_ESTABLISH_CRED, PAM_SILENT = 0x2, 0x8000  # silent: no message of the day
SERVICE = b"sshd"
NAME = b"sshd-session"  # of the process that keeps a session, as sshd's

libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
# Now: a scenario may do anything to /usr.
libpam = ctypes.CDLL("libpam.so.0")
libpam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
Answer = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p
)


class Conversation(ctypes.Structure):
    """struct pam_conv."""

    _fields_ = (("answer", Answer), ("data", ctypes.c_void_p))


def say_nothing(count: int, _: int, replies: Any, __: int) -> int:
    """Reply to each message with an empty struct pam_response, which PAM will free."""
    replies[0] = libc.calloc(count, 16)
    return 0


def start(slave: int, user: Account, directory: str, term: str = "") -> int:
    """Fork what keeps a session of `user` on a terminal; it ends as the session's shell does.

    Root's is a shell by sudo(8) in a session of the ordinary user: nobody is root by ssh. With
    `term` it is a login shell at such a terminal, for a person.
    """
    if keeper := os.fork():
        return keeper
    try:
        keep(slave, user, directory, term)
    except BaseException as error:
        os.write(slave, f"session: {error}\n".encode())
    os._exit(127)


def keep(slave: int, user: Account, directory: str, term: str) -> NoReturn:
    """In the child: open a session, start its shell, wait for that, and end like it."""
    tty = os.dup2(slave, 3)
    os.closerange(4, 1 << 12)
    for number in (signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("0")  # not as precious as the agent
    owner = user if user.uid else account(USER_UID)
    environment = open_session(owner, os.ttyname(tty))
    child = os.fork()
    if child == 0:
        path = USER_PATH if owner.uid else SYSTEM_PATH
        environment |= {"HOME": owner.home, "USER": owner.name, "LOGNAME": owner.name, "PATH": path}
        if term:
            environment["TERM"] = term if known(term) else "xterm-256color"
        shell = ("/bin/bash", "-bash" if term else "bash")
        command = shell if user.uid else ("/usr/bin/sudo", "sudo", "-s")
        become_shell(tty, owner, directory, ENVIRONMENT | environment, command)
    os.close(tty)
    syscalls.rename_process(NAME)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL) if -status not in (9, 19) else None
        os.kill(os.getpid(), -status)
    os._exit(status)


def known(term: str) -> bool:
    """Whether terminfo(5) has such a terminal here."""
    return "/" not in term and os.path.exists(f"/usr/share/terminfo/{term[0]}/{term}")


def open_session(user: Account, tty: str) -> dict[str, str]:
    """Make this process the first of a new session; what is to be in its environment."""
    conversation, handle = Conversation(Answer(say_nothing), None), ctypes.c_void_p()
    name = user.name.encode()
    check(libpam.pam_start(SERVICE, name, ctypes.byref(conversation), ctypes.byref(handle)))
    check(libpam.pam_set_item(handle, PAM_TTY, tty.encode()))
    check(libpam.pam_setcred(handle, PAM_ESTABLISH_CRED | PAM_SILENT))
    check(libpam.pam_open_session(handle, PAM_SILENT))
    found = {}
    for entry in libpam.pam_getenvlist(handle):
        if entry is None:
            break
        name, _, value = entry.partition(b"=")
        found[os.fsdecode(name)] = os.fsdecode(value)
    return found


def check(result: int) -> None:
    if result:
        raise OSError(0, f"PAM says {result}: see pam(3)")
