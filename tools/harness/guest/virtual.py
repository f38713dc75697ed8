"""Runs inside a virtual machine as its init: makes the world, warms it, and is the agent.

Warmed: a clone of the machine finds programs and libraries in the page cache. One machine may also
serve one scenario after another, each in a world of namespaces (`world`, `leave`): what emulation
has translated once is then not translated again. What a world has changed of the kernel that they
share is told when it ends.
"""

import contextlib
import ctypes
import encodings.idna  # noqa: F401  here and below: imported before a scenario changes /usr
import fcntl
import linecache  # noqa: F401
import os
import signal
import struct
import sys
import time
import traceback  # noqa: F401
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from harness.guest import syscalls, world
from harness.guest.accounts import USER_UID, Inside, account, start_shell
from harness.guest.agent import Abandoned, Agent
from harness.guest.left import Leftovers, Made, kernel
from harness.guest.left.files import signs
from harness.guest.left.settings import of_fresh_network, values, writable
from harness.guest.left.watch import Items, read
from harness.guest.proc import Proc

PORTS = Path("/sys/class/virtio-ports")
CGROUP = Path("/sys/fs/cgroup")
# Memory that is full without an end: kill for it before everything else crawls; a kernel without
# this just takes longer (Documentation/admin-guide/mm/multigen_lru.rst, “Thrashing prevention”).
LRU_GEN = Path("/sys/kernel/mm/lru_gen")
MCL_CURRENT, MCL_FUTURE = 1, 2
RNDADDENTROPY, RNDRESEEDCRNG = 0x40085203, 0x5207  # <linux/random.h>
RB_AUTOBOOT, RB_POWER_OFF = 0x01234567, 0x4321FEDC  # <sys/reboot.h>
REBOOTS = {-signal.SIGHUP: RB_AUTOBOOT, -signal.SIGINT: RB_POWER_OFF}
SYSLOG_ACTION_SIZE_UNREAD = 9  # syslog(2): bytes that the kernel has logged
UPPER = 9  # a descriptor of what is written over the image, as `init` has opened it
IMAGE, DISK = "/run/image", "/dev/vda"
WORLD = CGROUP / "world"  # the cgroup of one
WORLD_LIMITS = {"pids.max": str(world.PROCESSES), "memory.max": str(400 << 20)}

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

    state: Items | None = None  # of the kernel, as the world before has left it

    def __init__(self, channel: int, made: Made, inside: Inside | None = None) -> None:
        super().__init__(channel, made, inside)
        self.of_worlds = made._replace(settings=of_fresh_network(self.proc))
        self.shared = [one for one in writable(self.proc) if not one.startswith("net/")]

    def do_below(self) -> dict[str, Any]:
        """What follows is in a PID namespace below ours, for it asks for no kernel of its own: the
        first one of a kernel has its threads, and numbers that chapters show."""

        def prepare() -> None:
            syscalls.umount("/proc", syscalls.MNT_DETACH)
            syscalls.mount("proc", "/proc", "proc", world.INERT)

        if not self.inside:
            self.inside = Inside(self.proc.fd, prepare)
            self.proc = Proc(self.inside.uts)
            self.known.proc = self.proc
            self.watched.add(self.inside.ends)
            self.leftovers = Leftovers(self.proc, self.terminals, self.made)
            self.leftovers.begin()
        return {}

    def end(self, status: int) -> NoReturn:
        """What reboot(2) does in a PID namespace is to end its first process, by a signal that says
        what was asked for."""
        if status in REBOOTS:
            syscalls.libc.reboot(ctypes.c_int(REBOOTS[status]))
        super().end(status)

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
        self.leftovers.accept("clock")
        return {}

    def do_randomize(self) -> dict[str, Any]:
        """Addresses are random from now on, as on any other machine (proc_sys_kernel(5))."""
        self.leftovers.follow("randomize_va_space")
        world.set_sysctls("/", {"kernel/randomize_va_space": "2"})
        self.leftovers.accept("sysctl")
        return {}

    def do_world(self) -> dict[str, Any]:
        """Give the channel to a fresh world until that is left; what `leave` is then answered.

        A world that ends otherwise takes this machine with it.
        """
        if not os.path.ismount(IMAGE):
            os.makedirs(IMAGE, exist_ok=True)
            syscalls.mount(DISK, IMAGE, "squashfs", syscalls.MS_RDONLY)
        before = self.state or kernel_state(self.proc, self.shared)
        self.watched -= self.seen.fds
        self.seen.close()  # nobody answers it while we wait
        WORLD.mkdir()
        for name, value in WORLD_LIMITS.items():
            (WORLD / name).write_text(value)
        cgroup = os.open(WORLD, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            pid, pidfd = syscalls.clone3(world.NAMESPACES, cgroup)
        finally:
            os.close(cgroup)
        if pid == 0:
            be_world(self.channel, self.of_worlds, self.proc.fd)
        os.close(pidfd)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            raise Abandoned
        world.remove_cgroup(WORLD)
        self.state = kernel_state(self.proc, self.shared)
        changed = sorted(
            name for name in before.keys() | self.state if before.get(name) != self.state.get(name)
        )
        return {"changed": changed}


class WorldAgent(Agent):
    """The agent of a world in a virtual machine that goes on after it."""

    def do_leave(self) -> NoReturn:
        """End the world; it is the machine that answers, once nothing of it is left."""
        os._exit(0)


def be_world(channel: int, made: Made, proc: int) -> NoReturn:
    """In the child: enter a world, say so, and be its agent."""
    try:
        syscalls.unshare(syscalls.CLONE_NEWCGROUP)
        inside, upper = world.enter(IMAGE, True, proc)
        go_first()
        agent = WorldAgent(channel, made._replace(upper=upper), inside)
        os.write(channel, b"{}\n")
        agent.run()
    except BaseException as error:
        sys.stderr.write(f"world: {error}\n")
    finally:
        os._exit(1)


def kernel_state(proc: Proc, settings: Iterable[str]) -> Items:
    """What scenarios that share a kernel could leave to each other, by name.

    The names of what is not the scenario's doing, or can't be told from it in a world (a module
    that the kernel has loaded, a line of its log), begin with “loaded ”.
    """
    keys, modules = (read(proc, name).splitlines() for name in ("keys", "modules"))
    return {
        "mounts": read(proc, "self/mountinfo"),
        # After the serial number, flags, uses, expiry, permissions and owners: proc_keys(5).
        "keys": "\n".join(sorted(line.split(None, 7)[7] for line in keys)),
        "loaded modules": " ".join(sorted(line.split()[0] for line in modules)),
        "loaded log": str(syscalls.libc.klogctl(SYSLOG_ACTION_SIZE_UNREAD, None, 0)),
        **values(proc, settings),
        **kernel.traces(),
        **kernel.cgroups(),
        **kernel.names(kernel.LISTED),
    }


def make_world() -> None:
    """That of every machine, and what only one with its own kernel has."""
    world.mount_all(own_kernel=True)
    # One by one: a controller that refuses must not keep the others out.
    for controller in (CGROUP / "cgroup.controllers").read_text().split():
        with contextlib.suppress(OSError):
            (CGROUP / "cgroup.subtree_control").write_text(f"+{controller}")
    world.settle()
    world.limit(bounded=True)
    syscalls.rename_process(b"init")
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
    warm(partial(start_shell, user=user, directory=user.home), WARM)
    os.set_inheritable(UPPER, False)
    GuestAgent(port(), Made(UPPER, signs("/"))).run()
