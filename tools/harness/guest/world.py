"""What a machine is made of, seen from its init: mounts, devices, network, limits.

Everything here runs in the child that `zygote` has just cloned into new namespaces. The files
look as a Debian that systemd has booted shows them; see systemd's “Container Interface” and
mount_namespaces(7).
"""

import contextlib
import fcntl
import math
import os
import resource
import signal
import socket
import struct

from harness.guest import syscalls
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

HOSTNAME = "unshared"
PROCESSES = 512  # of a machine
DISK = "512m"  # of the root file system, /tmp and /dev/shm; each lies in memory
TTY_GROUP = 5
INERT = MS_NOSUID | MS_NODEV | MS_NOEXEC

# Each would reach the kernel of the host. Namespaces inside a machine regain none of them.
CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME, CAP_MKNOD = 16, 17, 22, 25, 27
DROPPED = (CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME, CAP_MKNOD)

DEVICES = {
    "null": (1, 3),
    "zero": (1, 5),
    "full": (1, 7),
    "random": (1, 8),
    "urandom": (1, 9),
    "tty": (5, 0),
}
LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# As Debian's systemd sets them, so that a chapter shows the same wherever it runs.
RLIMITS = {
    resource.RLIMIT_CORE: (0, resource.RLIM_INFINITY),
    resource.RLIMIT_NOFILE: (1024, 524288),
    resource.RLIMIT_STACK: (8 << 20, resource.RLIM_INFINITY),
}
# By Python, and by nohup(1) or the like before it.
HANDLED_SIGNALS = tuple(
    number
    for number in signal.valid_signals()
    if signal.getsignal(number) not in (signal.SIG_DFL, None)
)


def enter(rootfs: str, bounded: bool) -> None:
    """Make this process, the first of its namespaces, the init of a machine over `rootfs`.

    `bounded`: a cgroup bounds the number of processes; otherwise a resource limit does, which
    holds for all users but root.

    :raises OSError: with a text that says which part failed.
    """
    os.setsid()
    os.umask(0)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    make_root(rootfs)
    make_proc_and_sys()
    make_dev()
    syscalls.pivot_root(".", ".")
    syscalls.umount(".", MNT_DETACH)
    os.chdir("/")
    # As systemd leaves it; a chapter on propagation starts from there.
    mount("none", "/", None, MS_REC | MS_SHARED)
    socket.sethostname(HOSTNAME)
    raise_loopback()
    os.umask(0o022)
    set_limits(bounded)
    reset_signals()
    os.environ.clear()
    syscalls.rename_process(b"init")
    syscalls.drop_capabilities(DROPPED)


def make_root(rootfs: str) -> None:
    """Overlay a tmpfs on `rootfs` and go there; all paths below are relative to the new root.

    The tmpfs is mounted on a directory of `rootfs` itself, which only this mount namespace
    sees: every path is then short and relative, whatever the cache directory is called.
    """
    os.chdir(rootfs)
    mount("tmpfs", "mnt", "tmpfs", 0, f"size={DISK},mode=755")
    for name in ("upper", "work", "root"):
        os.mkdir(f"mnt/{name}", 0o755)
    options = "lowerdir=.,upperdir=mnt/upper,workdir=mnt/work"
    mount("overlay", "mnt/root", "overlay", 0, options)
    os.chdir("mnt/root")
    mount("tmpfs", "run", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=755")
    mount("tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"size={DISK},mode=1777")


def make_proc_and_sys() -> None:
    """Mount /proc and /sys, read-only where they would change the host.

    The kernel refuses a new proc or sysfs in a user namespace unless a whole one is in sight
    (mount_too_revealing() in fs/namespace.c), and parts of these are covered: so there are
    untouched ones in a directory that only root can enter.
    """
    mount("proc", "proc", "proc", INERT)
    mount("sysfs", "sys", "sysfs", INERT)
    os.mkdir("run/whole", 0o700)
    for name, kind in (("proc", "proc"), ("sys", "sysfs")):
        os.mkdir(f"run/whole/{name}")
        mount(kind, f"run/whole/{name}", kind, INERT)
    with open("proc/sys/net/ipv4/ping_group_range", "w") as file:
        file.write("0 2147483647")  # ping(8) for everyone, as by systemd's sysctl.d
    bind("proc/sys")
    bind("proc/sys/net")  # stays writable: it belongs to the network namespace
    readonly = ["proc/sys", "sys"]
    if os.path.exists("proc/sysrq-trigger"):
        bind("proc/sysrq-trigger")
        readonly.append("proc/sysrq-trigger")
    for path in readonly:
        mount("none", path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | INERT)
    with contextlib.suppress(OSError):  # a kernel without cgroup v2; its chapters ask for a VM
        mount("cgroup2", "sys/fs/cgroup", "cgroup2", INERT)


def bind(path: str) -> None:
    """Bind `path` on itself, to give it flags of its own."""
    mount(path, path, None, MS_BIND)


def make_dev() -> None:
    """Fill /dev as container managers do: no device of the host, terminals of its own."""
    mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "size=64k,mode=755")
    for name, (major, minor) in DEVICES.items():
        os.mknod(f"dev/{name}", 0o020666, os.makedev(major, minor))
    os.chown("dev/tty", 0, TTY_GROUP)
    for name, target in LINKS.items():
        os.symlink(target, f"dev/{name}")
    for name in ("pts", "shm", "mqueue"):
        os.mkdir(f"dev/{name}", 0o755)
    terminals = f"newinstance,ptmxmode=0666,mode=0620,gid={TTY_GROUP}"
    mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, terminals)
    mount("tmpfs", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"size={DISK},mode=1777")
    mount("mqueue", "dev/mqueue", "mqueue", INERT)


def raise_loopback() -> None:
    """`ip link set lo up`, by netdevice(7)."""
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


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
