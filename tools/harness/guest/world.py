"""The world inside a machine: what is mounted, its devices, settings and limits.

It is the same in both kinds of machines but for what a shared kernel forbids, and as systemd
leaves it on a reader's Debian, so that a chapter shows the same wherever it runs. Everything here
runs in the machine's first process: in a child that has just been cloned into new namespaces
(`enter`), or in a virtual machine after `init` (`settle`).
"""

import contextlib
import errno
import fcntl
import math
import os
import resource
import signal
import socket
import struct
import sys
import time
from importlib.machinery import BuiltinImporter, FrozenImporter
from typing import NamedTuple

from harness.guest import syscalls
from harness.guest.accounts import SESSIONS, Inside
from harness.guest.syscalls import (
    MNT_DETACH,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    MS_SHARED,
    mount,
)

PROCESSES = 512  # of a machine that shares its kernel
DISK = "240m"  # of the root file system, /tmp and /dev/shm; each lies in memory
TTY_GROUP = 5
INIT_SCOPE = "/sys/fs/cgroup/init.scope"
INERT = MS_NOSUID | MS_NODEV | MS_NOEXEC
SAFE = MS_NOSUID | MS_NODEV


NAMESPACES = (
    syscalls.CLONE_NEWNS | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWTIME
)  # fmt: skip


class Mount(NamedTuple):
    """A file system: its kind, where it is mounted (from the root), mount(2)'s flags and data."""

    kind: str
    path: str
    flags: int = INERT
    options: str = ""


MOUNTS = (
    Mount("proc", "proc"),
    Mount("sysfs", "sys"),
    Mount("tmpfs", "run", SAFE, "mode=755,size=64m"),
    Mount("tmpfs", "tmp", SAFE, f"mode=1777,size={DISK}"),
    Mount("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, f"mode=620,ptmxmode=666,gid={TTY_GROUP}"),
    Mount("tmpfs", "dev/shm", SAFE, f"mode=1777,size={DISK}"),
    Mount("mqueue", "dev/mqueue"),
    Mount("cgroup2", "sys/fs/cgroup", options="nsdelegate,memory_recursiveprot"),
)
# Only where the kernel is the machine's own.
OF_OWN_KERNEL = (
    Mount("securityfs", "sys/kernel/security"),
    Mount("debugfs", "sys/kernel/debug"),
    Mount("tracefs", "sys/kernel/tracing"),
    Mount("bpf", "sys/fs/bpf", options="mode=700"),
)
# Where the kernel is the host's: no device of its, terminals of the machine's own. A virtual
# machine has a devtmpfs, which `init` mounts, for its disks are there.
DEVICES = {
    "null": (1, 3), "zero": (1, 5), "full": (1, 7),
    "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
}  # fmt: skip
LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# systemd's sysctl.d/50-default.conf and 50-pid-max.conf; the second would be the host's.
# The last is of its own doing: bump_unix_max_dgram_qlen() in its src/core/main.c.
SYSCTLS = {"net/ipv4/ping_group_range": "0 2147483647", "net/unix/max_dgram_qlen": "512"}
OWN_SYSCTLS = {"kernel/pid_max": "4194304"}
# As Debian's systemd sets them.
RLIMITS = {
    resource.RLIMIT_CORE: (0, resource.RLIM_INFINITY),
    resource.RLIMIT_NOFILE: (1024, 524288),
    resource.RLIMIT_STACK: (8 << 20, resource.RLIM_INFINITY),
}

# Each would reach the kernel of the host. Namespaces inside a machine regain none of them.
CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME, CAP_MKNOD = 16, 17, 22, 25, 27
DROPPED = (CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME, CAP_MKNOD)

# By Python, and by nohup(1) or the like before it.
HANDLED_SIGNALS = tuple(
    number
    for number in signal.valid_signals()
    if signal.getsignal(number) not in (signal.SIG_DFL, None)
)


def enter(rootfs: str, bounded: bool, proc: int) -> tuple[Inside, int]:
    """Make a machine over `rootfs` of the namespaces of this process, which is to be its agent.

    `proc` is one in which it is seen. `bounded`: a cgroup bounds the number of processes; otherwise
    a resource limit does, which holds for all users but root. Returns where a scenario is to run,
    and what `make_root` does.

    :raises OSError: with a text that says which part failed.
    """
    os.setsid()
    os.umask(0)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    upper = make_root(rootfs)
    inside = Inside(proc, lambda: build(bounded))
    os.chdir("/")  # pivot_root(2) has moved us, too
    take_bounds(bounded)
    return inside, upper


def build(bounded: bool) -> None:
    """In the first process that a scenario sees: make of the current directory its root."""
    mount_all(own_kernel=False)
    syscalls.pivot_root(".", ".")
    syscalls.umount(".", MNT_DETACH)
    settle()
    take_bounds(bounded)


def take_bounds(bounded: bool) -> None:
    """Where a kernel is shared, what the agent, the first process and all others may do."""
    limit(bounded)
    syscalls.drop_capabilities(DROPPED)
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.close(null)


def make_root(rootfs: str) -> int:
    """Overlay a tmpfs on `rootfs` and go there; all paths below are relative to the new root.

    Returns a descriptor of the upper layer, which no path will lead to.

    The tmpfs is mounted on a directory of `rootfs` itself, which only this mount namespace
    sees: every path is then short and relative, whatever the cache directory is called.
    """
    os.chdir(rootfs)
    mount("tmpfs", "mnt", "tmpfs", 0, f"size={DISK},mode=755")
    for name in ("upper", "work", "root"):
        os.mkdir(f"mnt/{name}", 0o755)
    options = "lowerdir=.,upperdir=mnt/upper,workdir=mnt/work"
    mount("overlay", "mnt/root", "overlay", 0, options)
    upper = os.open("mnt/upper", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.chdir("mnt/root")
    return upper


def mount_all(own_kernel: bool) -> None:
    """Mount the file systems of a machine below the current directory, its root to be."""
    if not own_kernel:
        make_dev()
    for name, target in LINKS.items():
        if not os.path.lexists(f"dev/{name}"):  # devtmpfs has a ptmx
            os.symlink(target, f"dev/{name}")
    for kind, path, flags, options in MOUNTS + (OF_OWN_KERNEL if own_kernel else ()):
        if path.startswith("dev/"):
            os.makedirs(path, 0o755, exist_ok=True)
        # A host without cgroup v2 has none to give; chapters on it ask for a virtual machine.
        with contextlib.suppress(*([] if own_kernel or kind != "cgroup2" else [OSError])):
            mount(kind, path, kind, flags, options)
    set_sysctls(".", SYSCTLS | (OWN_SYSCTLS if own_kernel else {}))
    if not own_kernel:
        protect_the_host()


def set_sysctls(root: str, settings: dict[str, str]) -> None:
    """Write settings into the /proc/sys below `root`."""
    for name, value in settings.items():
        with open(f"{root}/proc/sys/{name}", "w") as file:
            file.write(value)


def make_dev() -> None:
    """Fill /dev as container managers do."""
    mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "size=64k,mode=755")
    for name, (major, minor) in DEVICES.items():
        os.mknod(f"dev/{name}", 0o020666, os.makedev(major, minor))
    os.chown("dev/tty", 0, TTY_GROUP)


def protect_the_host() -> None:
    """Make read-only what of /proc and /sys would change the host.

    The kernel refuses a new proc or sysfs in a user namespace unless a whole one is in sight
    (mount_too_revealing() in fs/namespace.c), and parts of these are covered: so there are
    untouched ones in a directory that only root can enter.
    """
    os.mkdir("run/whole", 0o700)
    for name, kind in (("proc", "proc"), ("sys", "sysfs")):
        os.mkdir(f"run/whole/{name}")
        mount(kind, f"run/whole/{name}", kind, INERT)
    bind("proc/sys")
    bind("proc/sys/net")  # stays writable: it belongs to the network namespace
    readonly = ["proc/sys", "sys"]
    if os.path.exists("proc/sysrq-trigger"):
        bind("proc/sysrq-trigger")
        readonly.append("proc/sysrq-trigger")
    for path in readonly:
        mount("none", path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | INERT)


def bind(path: str) -> None:
    """Bind `path` on itself, to give it flags of its own."""
    mount(path, path, None, MS_BIND)


def settle() -> None:
    """What is left once the root is in place."""
    # As systemd leaves it; a chapter on propagation starts from there.
    mount("none", "/", None, MS_REC | MS_SHARED)
    os.chdir("/")
    with open("/etc/hostname", encoding="utf-8") as file:
        socket.sethostname(file.read().strip())
    raise_loopback()
    sit_in_scope()


def limit(bounded: bool) -> None:
    """Be a process of a machine: its limits, and no trace of the harness."""
    os.umask(0o022)
    set_limits(bounded)
    reset_signals()
    os.environ.clear()
    import_no_more()


def import_no_more() -> None:
    """Look for modules among those that Python has built in and nowhere else, from now on: root in
    a machine writes what a file of the standard library's name holds."""
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]


def raise_loopback() -> None:
    """`ip link set lo up`, by netdevice(7)."""
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def sit_in_scope() -> None:
    """Be where systemd's PID 1 is among the cgroups, beside the places of logins' shells."""
    with contextlib.suppress(OSError):  # a host without cgroup v2 has none to give
        for scope in (INIT_SCOPE, *SESSIONS):
            os.makedirs(scope)
        with open(f"{INIT_SCOPE}/cgroup.procs", "w") as file:
            file.write("0")


def set_limits(bounded: bool) -> None:
    """The resource limits of a machine, whatever those of the harness are."""
    for limit, (soft, hard) in RLIMITS.items():
        # Root in a container may not be able to raise what it was given.
        hard = min(hard, resource.getrlimit(limit)[1], key=size)
        resource.setrlimit(limit, (min(soft, hard, key=size), hard))
    if not bounded:
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))


def size(limit: int) -> float:
    """A resource limit as a number that compares: RLIM_INFINITY is -1."""
    return math.inf if limit == resource.RLIM_INFINITY else limit


def reset_signals() -> None:
    """No handler, nothing ignored, nothing blocked: children inherit what init has."""
    for number in HANDLED_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def read(path: str | os.PathLike[str]) -> str:
    """The text of a file of the kernel, or nothing where it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def remove_cgroup(directory: str | os.PathLike[str]) -> None:
    """Remove a cgroup and all below it.

    The kernel may still be letting go of processes that have been waited for: one second is
    given to it.
    """
    deadline = time.monotonic() + 1
    for path, _, _ in os.walk(directory, topdown=False):
        while True:
            try:
                os.rmdir(path)
                break
            except OSError as error:
                if error.errno == errno.ENOENT:
                    break
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.001)
