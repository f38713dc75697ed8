"""The system calls that Python doesn't offer (os.unshare and os.setns: only since 3.12).

Every function raises OSError with a text that says what was being done.
"""

import ctypes
import os
import platform
import struct

# <linux/sched.h>
CLONE_NEWTIME = 0x00000080
CLONE_PIDFD = 0x00001000
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_INTO_CGROUP = 0x200000000
SIGCHLD = 17

# <linux/mount.h>
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_SHARED = 1 << 20
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
AT_FDCWD, AT_RECURSIVE = -100, 0x8000

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

# Architectures younger than x86_64 share the numbers of <asm-generic/unistd.h>.
X86_64 = platform.machine() == "x86_64"
NR_PIVOT_ROOT = 155 if X86_64 else 41
NR_CLONE3 = 435
NR_MOUNT_SETATTR = 442
CAPABILITY_VERSION_3 = 0x20080522

# PyDLL holds the interpreter's lock during a call: nothing here blocks, and clone3 returns twice.
libc = ctypes.PyDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def check(result: int, doing: str) -> int:
    """`result`, or OSError from errno if it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
    return result


def mount(source: str, target: str, kind: str | None, flags: int = 0, data: str = "") -> None:
    """mount(2). Paths may be relative, so that no character of a directory needs quoting."""
    result = libc.mount(
        source.encode(),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    check(result, f"mounting {kind or source} on {target}")


def protect(path: str, attributes: int) -> None:
    """Give a mount, and all below it, MOUNT_ATTR_… for good: mount_setattr(2)."""
    result = libc.syscall(
        ctypes.c_long(NR_MOUNT_SETATTR),
        ctypes.c_int(AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(AT_RECURSIVE),
        struct.pack("4Q", attributes, 0, 0, 0),
        ctypes.c_size_t(32),
    )
    check(result, f"protecting {path} (mount_setattr)")


def umount(target: str, flags: int) -> None:
    """umount2(2)."""
    check(libc.umount2(os.fsencode(target), flags), f"unmounting {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """pivot_root(2); `pivot_root(".", ".")` stacks the old root on the new one (see there)."""
    result = libc.syscall(ctypes.c_long(NR_PIVOT_ROOT), os.fsencode(new_root), os.fsencode(put_old))
    check(result, "changing the root (pivot_root)")


def unshare(flags: int) -> None:
    """unshare(2)."""
    check(libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """setns(2)."""
    check(libc.setns(fd, kind), "setns")


def prctl(option: int, *arguments: int | bytes) -> None:
    """prctl(2)."""
    rest = [
        ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_ulong(one)
        for one in (*arguments, 0, 0, 0, 0)[:4]
    ]
    check(libc.prctl(option, *rest), f"prctl {option}")


def clone3(flags: int, cgroup: int | None = None) -> tuple[int, int]:
    """clone3(2) with fork's meaning: (pid, pidfd) in the parent, (0, -1) in the child.

    `cgroup` is a descriptor of the cgroup v2 directory in which the child is to be born. The
    caller has a single thread; the interpreter is told of the fork as os.fork() does it (Python's
    C API, “Operating System Utilities”).
    """
    pidfd = ctypes.c_int(-1)
    if cgroup is not None:
        flags |= CLONE_INTO_CGROUP
    arguments = struct.pack(  # struct clone_args, <linux/sched.h>
        "11Q", flags | CLONE_PIDFD, ctypes.addressof(pidfd), 0, 0, SIGCHLD, 0, 0, 0, 0, 0,
        cgroup or 0,
    )  # fmt: skip
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = libc.syscall(ctypes.c_long(NR_CLONE3), arguments, ctypes.c_size_t(len(arguments)))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0, -1
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    ctypes.set_errno(number)
    return check(pid, "making the namespaces (clone3)"), pidfd.value


def drop_capabilities(capabilities: tuple[int, ...]) -> None:
    """Take `capabilities` from this process for good, and from all that it will start.

    Out of the bounding set, so that no exec gives them back, and out of the process's own sets;
    capabilities(7), capset(2).
    """
    for capability in capabilities:
        prctl(PR_CAPBSET_DROP, capability)
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    data = ctypes.create_string_buffer(24)  # effective, permitted, inheritable; low, then high
    check(libc.capget(header, data), "reading capabilities")
    keep = ~sum(1 << capability for capability in capabilities) & 0xFFFFFFFF  # all below 32
    low = [number & keep for number in struct.unpack_from("3I", data.raw, 0)]
    high = struct.unpack_from("3I", data.raw, 12)
    check(libc.capset(header, struct.pack("6I", *low, *high)), "dropping capabilities")


def rename_process(name: bytes) -> None:
    """Be called `name` in ps(1), with no arguments and no environment.

    The kernel reads /proc/PID/cmdline and environ out of the process's own memory, where they
    are written over: proc_pid_stat(5), 48-51. Nothing of this process may use its environment any
    more.
    """
    prctl(PR_SET_NAME, name)
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    arg_start, arg_end, env_start, env_end = map(int, fields[45:49])
    ctypes.memset(arg_start, 0, arg_end - arg_start)
    ctypes.memset(env_start, 0, env_end - env_start)
    ctypes.memmove(arg_start, name, min(len(name), arg_end - arg_start - 2))
    # No NUL at the end means setproctitle(3), the title being what comes before the first NUL
    # (get_mm_cmdline() in fs/proc/base.c); otherwise all the zeros would count.
    ctypes.memset(arg_end - 1, 1, 1)
