"""Runs inside a virtual machine as its init: makes the world, warms it, and is the agent.

Warmed: a clone of the machine finds programs and libraries in the page cache.
"""

import contextlib
import encodings.idna  # noqa: F401  here and below: imported before a scenario changes /usr
import fcntl
import linecache  # noqa: F401
import os
import struct
import time
import traceback  # noqa: F401
from pathlib import Path
from typing import Any

from harness.guest import syscalls, world
from harness.guest.accounts import SYSTEM_PATH, USER_UID, account, start_shell
from harness.guest.agent import Agent

PORTS = Path("/sys/class/virtio-ports")
CGROUP = Path("/sys/fs/cgroup")
# Memory that is full without an end: kill for it before everything else crawls; a kernel without
# this just takes longer (Documentation/admin-guide/mm/multigen_lru.rst, “Thrashing prevention”).
LRU_GEN = Path("/sys/kernel/mm/lru_gen")
MCL_CURRENT, MCL_FUTURE = 1, 2
RNDADDENTROPY, RNDRESEEDCRNG = 0x40085203, 0x5207  # <linux/random.h>

WARM = """\
cd $(mktemp -d)
echo 'int main(void) { return 0; }' > a.c; gcc -Wall -o a a.c; ./a
python3 -c 'import ctypes, os, subprocess, threading, socket, select, struct, sys, signal, time'
python3 -q -c 'import os; os.fork() or os._exit(0)'
sudo true; sudo -s true; sudo unshare --uts hostname; unshare -Uru hostname; lsns > /dev/null
strace -e trace=uname hostname 2> /dev/null; setpriv true; nsenter --version > /dev/null
ps -ef | grep x | sed s/x/y/ | awk '{}' | sort | head -1 | tail -1 | cut -c1 | tr a b | wc -l
readlink /proc/self/ns/*; ls -l /; cat /etc/hosts; mount > /dev/null; findmnt > /dev/null
ip link > /dev/null; id; touch a; mkdir b; printf a; seq 3; sleep 0; stat a; grep -q x a.c; diff a a
echo $(date) ${SHELL@P}; sh -c 'echo x'; hostname; uname -a; domainname; ln a c; cp a d; mv d e
cd /; rm -r "$OLDPWD"; exit
"""


class GuestAgent(Agent):
    """The agent, and what only a machine with its own kernel can be asked."""

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


def make_world() -> None:
    """That of every machine, and what only one with its own kernel has."""
    world.mount_all(own_kernel=True)
    # One by one: a controller that refuses must not keep the others out.
    for controller in (CGROUP / "cgroup.controllers").read_text().split():
        with contextlib.suppress(OSError):
            (CGROUP / "cgroup.subtree_control").write_text(f"+{controller}")
    world.settle(bounded=True)
    with contextlib.suppress(OSError):
        (LRU_GEN / "enabled").write_text("y")
        (LRU_GEN / "min_ttl_ms").write_text("1000")
    syscalls.libc.mlockall(MCL_CURRENT | MCL_FUTURE)  # not inherited: mlockall(2)
    # First whenever it can run, so that a machine full of processes still answers; not for what
    # it starts: sched(7), “The reset-on-fork flag”.
    first = os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO))
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, first)


def warm() -> None:
    """Do in a terminal what scenarios do, so that clones find it in memory."""
    user = account(USER_UID)
    master, slave = os.openpty()
    shell = start_shell(slave, user, user.home, SYSTEM_PATH)
    os.close(slave)
    os.write(master, WARM.encode())
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
    warm()
    GuestAgent(port()).run()
