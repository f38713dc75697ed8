"""Where QEMU runs, so that what breaks out of its emulation finds nothing: as Firecracker's jailer.

A root directory with the host's /usr, read-only, and the files that its command names; namespaces
of its own for processes, network, mounts, IPC and names; an ordinary user without a capability.
Root is that user by setuid(2), anybody else stays who they are, in a user namespace.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.guest import syscalls
from harness.guest.syscalls import MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY

NOBODY = 65534
NAMESPACES = (
    syscalls.CLONE_NEWNS | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC
)  # fmt: skip
SYSTEM = ("usr", "bin", "lib", "lib32", "lib64", "libx32", "etc/ld.so.cache")
DEVICES = {"null": (1, 3), "kvm": (10, 232)}
READ_ONLY = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
SCRATCH = "var/tmp"  # where QEMU keeps what is written to a disk that it has by “snapshot=on”
NEW_ROOT = "/tmp"  # a directory that any system has; what is below it is opened before


def namespaces() -> int:
    """The flags of clone3(2) by which a jail begins; none where this process can't make one, as
    root in a container or where users may do nothing in their user namespaces."""
    flags = NAMESPACES | (0 if os.geteuid() == 0 else syscalls.CLONE_NEWUSER)
    who = os.geteuid(), os.getegid()
    try:
        pid, pidfd = syscalls.clone3(flags)
    except OSError:
        return 0
    if pid == 0:
        try:
            enter((), *who)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(pidfd)
    return flags if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 else 0


def files(command: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The files that a command of QEMU's names, and whether it writes there."""
    for word in command:
        parts = re.split(r"(?<!,),(?!,)", word.replace(",,", "\0"))
        for part in parts:
            path = part.rpartition("=")[2].replace("\0", ",")
            if path.startswith("/") and os.path.isfile(path):
                yield path, len(parts) > 1 and "readonly=on" not in parts


def enter(command: Iterable[str], uid: int, gid: int) -> None:
    """In a child with `namespaces`: go where there is nothing else, and be nobody.

    `uid` and `gid` are those of its parent. What it writes belongs to nobody then.

    :raises OSError: with a text that says which part failed.
    """
    if uid:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                           ("gid_map", f"{gid} {gid} 1")):  # fmt: skip
            Path("/proc/self", name).write_text(text)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    wanted = {f"/{name}": False for name in SYSTEM}
    program = Path(shutil.which(next(iter(command), "")) or "/usr/bin/env").resolve()
    for path, writes in {str(program.parents[1]): False, **dict(files(command))}.items():
        if path.split("/")[1] not in SYSTEM:
            wanted[path] = writes
    devices = {name: f"/dev/{name}" for name in DEVICES if os.path.exists(f"/dev/{name}")}
    opened = {path: os.open(path, os.O_PATH) for path in wanted if os.path.exists(path)}
    opened |= {path: os.open(path, os.O_PATH) for path in devices.values()}
    syscalls.mount("jail", NEW_ROOT, "tmpfs", syscalls.MS_NOSUID, "size=1m,mode=755")
    os.chdir(NEW_ROOT)
    for path, writes in wanted.items():
        if os.path.islink(path) and path.count("/") == 1:  # /lib is usr/lib, mostly
            os.symlink(os.readlink(path), path[1:])
        elif path in opened:
            if not uid:
                share(opened[path], writes)
            bind(opened[path], path[1:], 0 if writes else READ_ONLY)
    os.makedirs(SCRATCH, 0o755)
    syscalls.mount("scratch", SCRATCH, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "mode=1777")
    os.mkdir("dev")
    for name, path in devices.items():
        if uid:
            bind(opened[path], path[1:], MOUNT_ATTR_NOSUID)
        else:  # by its own permissions only root might open it
            os.mknod(path[1:], stat.S_IFCHR | 0o666, os.makedev(*DEVICES[name]))
            os.chmod(path[1:], 0o666)
    for fd in opened.values():
        os.close(fd)
    syscalls.pivot_root(".", ".")
    syscalls.umount(".", syscalls.MNT_DETACH)
    os.chdir("/")
    if not uid:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def share(fd: int, writes: bool) -> None:
    """Let nobody use a file of root's, whatever umask it was made with."""
    if writes:
        os.chown(f"/proc/self/fd/{fd}", NOBODY, NOBODY)
    elif not os.fstat(fd).st_mode & stat.S_IROTH:
        os.chmod(f"/proc/self/fd/{fd}", 0o644)


def bind(fd: int, path: str, attributes: int) -> None:
    """Show what is open as `fd` at `path`, and below it."""
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.makedirs(path, 0o755, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
    flags = syscalls.MS_BIND | syscalls.MS_REC
    syscalls.mount(f"/proc/self/fd/{fd}", path, None, flags)
    if attributes:
        syscalls.protect(path, attributes)
