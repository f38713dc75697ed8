"""Runs inside a virtual machine as its init: makes the world, warms it, and is the agent.

Warmed: a clone of the machine finds programs and libraries in the page cache. One machine may also
serve one scenario after another, each in a world of namespaces (`world`, `leave`): what emulation
has translated once is then not translated again. What a world has changed of the kernel that they
share is told when it ends.
"""

import contextlib
import encodings.idna  # noqa: F401  here and below: imported before a scenario changes /usr
import fcntl
import linecache  # noqa: F401
import os
import struct
import sys
import time
import traceback  # noqa: F401
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

from harness.guest import syscalls, world
from harness.guest.accounts import SYSTEM_PATH, USER_UID, account, start_shell
from harness.guest.agent import Abandoned, Agent

PORTS = Path("/sys/class/virtio-ports")
CGROUP = Path("/sys/fs/cgroup")
# Memory that is full without an end: kill for it before everything else crawls; a kernel without
# this just takes longer (Documentation/admin-guide/mm/multigen_lru.rst, “Thrashing prevention”).
LRU_GEN = Path("/sys/kernel/mm/lru_gen")
MCL_CURRENT, MCL_FUTURE = 1, 2
RNDADDENTROPY, RNDRESEEDCRNG = 0x40085203, 0x5207  # <linux/random.h>
SYSLOG_ACTION_SIZE_UNREAD = 9  # syslog(2): bytes that the kernel has logged
IMAGE, DISK = "/run/image", "/dev/vda"
WORLD = CGROUP / "world"  # the cgroup of one
WORLD_LIMITS = {"pids.max": str(world.PROCESSES), "memory.max": str(400 << 20)}
SYSCTLS = "/proc/sys"
# They change by themselves, or count what has been done.
VOLATILE = ("fs/dentry-state", "kernel/ns_last_pid", "kernel/pty/nr", "kernel/random/boot_id")
TRACING = "/sys/kernel/tracing"
TRACES = ("current_tracer", "dynamic_events", "set_event", "set_ftrace_filter", "tracing_on")
LISTED = (
    *(str(CGROUP), f"{TRACING}/instances", "/sys/fs/bpf", "/sys/class/net"),
    "/sys/kernel/security/apparmor/policy/profiles",
)

WARM = """\
cd; mkdir w; cd w
echo 'int main(void) { return 0; }' > a.c; gcc -Wall -o a a.c; ./a
python3 -c 'import ctypes, os, subprocess, threading, socket, select, struct, sys, signal, time'
python3 -q -c 'import os; os.fork() or os._exit(0)'
sudo true; sudo -s true; sudo unshare --uts hostname; unshare -Uru hostname; lsns > /dev/null
strace -e trace=uname hostname 2> /dev/null; setpriv true; nsenter --version > /dev/null
ps -ef | grep x | sed s/x/y/ | awk '{}' | sort | head -1 | tail -1 | cut -c1 | tr a b | wc -l
readlink /proc/self/ns/*; ls -l /; cat /etc/hosts; mount > /dev/null; findmnt > /dev/null
ip link > /dev/null; id; touch a; mkdir b; printf a; seq 3; sleep 0; stat a; grep -q x a.c; diff a a
echo $(date) ${SHELL@P}; sh -c 'echo x'; hostname; uname -a; domainname; ln a c; cp a d; mv d e
cd; rm -r w; exit
"""


class GuestAgent(Agent):
    """The agent, and what only a machine with its own kernel can be asked."""

    state: dict[str, str] | None = None  # of the kernel, as the world before has left it

    def do_wake(self, clock: float, seed: str) -> dict[str, Any]:
        """Said to every clone first: what time it is, and a seed that no other clone has.

        random(4) on RNDADDENTROPY; RNDRESEEDCRNG has every later random number depend on it, in
        user space too (the vDSO's getrandom() sees the new generation, drivers/char/random.c).
        """
        time.clock_settime(time.CLOCK_REALTIME, clock)
        entropy = bytes.fromhex(seed)
        packed = struct.pack("ii", 8 * len(entropy), len(entropy)) + entropy
        with open("/dev/urandom", "wb") as random:
            fcntl.ioctl(random, RNDADDENTROPY, packed)
            fcntl.ioctl(random, RNDRESEEDCRNG)
        return {}

    def do_randomize(self) -> dict[str, Any]:
        """Addresses are random from now on, as on any other machine (proc_sys_kernel(5))."""
        Path(SYSCTLS, "kernel/randomize_va_space").write_text("2")
        return {}

    def do_world(self) -> dict[str, Any]:
        """Give the channel to a fresh world until that is left; what `leave` is then answered.

        A world that ends otherwise takes this machine with it.
        """
        if not os.path.ismount(IMAGE):
            os.makedirs(IMAGE, exist_ok=True)
            syscalls.mount(DISK, IMAGE, "squashfs", syscalls.MS_RDONLY)
        before = self.state or kernel_state()
        WORLD.mkdir()
        for name, value in WORLD_LIMITS.items():
            (WORLD / name).write_text(value)
        cgroup = os.open(WORLD, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            pid, pidfd = syscalls.clone3(world.NAMESPACES, cgroup)
        finally:
            os.close(cgroup)
        if pid == 0:
            be_world(self.channel)
        os.close(pidfd)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            raise Abandoned
        world.remove_cgroup(WORLD)
        self.state = kernel_state()
        changed = sorted(
            name for name in before.keys() | self.state if before.get(name) != self.state.get(name)
        )
        return {"changed": changed}


class WorldAgent(Agent):
    """The agent of a world in a virtual machine that goes on after it."""

    def do_leave(self) -> NoReturn:
        """End the world; it is the machine that answers, once nothing of it is left."""
        os._exit(0)


def be_world(channel: int) -> NoReturn:
    """In the child: enter a world, say so, and be its agent."""
    try:
        syscalls.unshare(syscalls.CLONE_NEWCGROUP)
        world.enter(IMAGE, bounded=True)
        go_first()
        agent = WorldAgent(channel)
        os.write(channel, b"{}\n")
        agent.run()
    except BaseException as error:
        sys.stderr.write(f"world: {error}\n")
    finally:
        os._exit(1)


def kernel_state() -> dict[str, str]:
    """What scenarios that share a kernel could leave to each other, by name.

    The names of what is not the scenario's doing, or can't be told from it in a world (a module
    that the kernel has loaded, a line of its log), begin with “loaded ”.
    """
    keys, modules = (world.read(f"/proc/{name}").splitlines() for name in ("keys", "modules"))
    found = {
        "mounts": world.read("/proc/self/mountinfo"),
        # After the serial number, flags, uses, expiry, permissions and owners: proc_keys(5).
        "keys": "\n".join(sorted(line.split(None, 7)[7] for line in keys)),
        "loaded modules": " ".join(sorted(line.split()[0] for line in modules)),
        "loaded log": str(syscalls.libc.klogctl(SYSLOG_ACTION_SIZE_UNREAD, None, 0)),
    }
    found |= {path: world.read(path) for path in settings()}
    found |= {name: world.read(f"{TRACING}/{name}") for name in TRACES}
    for directory in LISTED:
        with contextlib.suppress(OSError):
            found[directory] = " ".join(sorted(os.listdir(directory)))
    return found


@cache
def settings() -> tuple[str, ...]:
    """The files of /proc/sys that can be written and belong to no network namespace."""
    found = []
    for folder, folders, names in os.walk(SYSCTLS):
        folders[:] = [name for name in folders if (folder, name) != (SYSCTLS, "net")]
        found += [f"{folder}/{name}" for name in names]
    return tuple(
        path
        for path in sorted(found)
        if os.stat(path).st_mode & 0o222 and path.removeprefix(f"{SYSCTLS}/") not in VOLATILE
    )


def make_world() -> None:
    """That of every machine, and what only one with its own kernel has."""
    world.mount_all(own_kernel=True)
    # One by one: a controller that refuses must not keep the others out.
    for controller in (CGROUP / "cgroup.controllers").read_text().split():
        with contextlib.suppress(OSError):
            (CGROUP / "cgroup.subtree_control").write_text(f"+{controller}")
    world.settle(bounded=True)
    protect()


def protect() -> None:
    """Keep this process answering, whatever becomes of the machine."""
    with contextlib.suppress(OSError):
        (LRU_GEN / "enabled").write_text("y")
        (LRU_GEN / "min_ttl_ms").write_text("1000")
    syscalls.libc.mlockall(MCL_CURRENT | MCL_FUTURE)  # not inherited: mlockall(2)
    go_first()


def go_first() -> None:
    """Run whenever this process can, so that a machine full of processes still answers."""
    # Not for what it starts: sched(7), “The reset-on-fork flag”.
    first = os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO))
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, first)


def warm(start: Callable[[int], int], text: str) -> None:
    """Do in a terminal what scenarios do, so that clones find it in memory.

    `start(slave)` makes a shell there, our child, and `text` ends it.
    """
    master, slave = os.openpty()
    shell = start(slave)
    os.close(slave)
    os.write(master, text.encode())
    with contextlib.suppress(OSError):  # EIO: its last process has gone
        while os.read(master, 1 << 16):
            pass
    os.close(master)
    os.waitpid(shell, 0)


def port() -> int:
    """The virtio-serial port that leads to the harness."""
    while True:  # the kernel names it a moment after it has found the device
        for entry in PORTS.iterdir() if PORTS.exists() else ():
            with contextlib.suppress(OSError):
                if (entry / "name").read_text() == "agent\n":
                    return os.open(f"/dev/{entry.name}", os.O_RDWR | os.O_CLOEXEC)
        time.sleep(0.01)


def main() -> None:
    os.unlink("/agent.zip")
    make_world()
    user = account(USER_UID)
    warm(partial(start_shell, user=user, directory=user.home, path=SYSTEM_PATH), WARM)
    GuestAgent(port()).run()
