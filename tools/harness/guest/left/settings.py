"""The settings of /proc/sys, which take longer to read than all else."""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable

from harness.guest import syscalls, world
from harness.guest.left.watch import Items, read
from harness.guest.proc import Proc

# They change by themselves, count what has been done, or do something when they are read.
VOLATILE = re.compile(
    r"fs/(dentry-state|binfmt_misc/.*)|kernel/(ns_last_pid|pty/nr|random/.*|tainted"
    r"|perf_event_max_sample_rate|hung_task_\w+)|vm/stat_refresh|net/ipv4/tcp_fastopen_key"
    # Those of one device come and go with it.
    r"|net/\w+/(conf|neigh)/(?!all/|default/).*"
)
OF_THE_MACHINE = ("kernel/hostname", "kernel/domainname")  # though the kernel is the host's


class Settings:
    """Those that can be written and mean something, each by its path below /proc/sys.

    Of a machine that shares its kernel, they are those of its network, which are `fresh` at first,
    and its names.
    """

    def __init__(self, proc: Proc, fresh: Items | None) -> None:
        self._proc, self._fresh = proc, fresh
        self._paths = (*OF_THE_MACHINE, *fresh) if fresh is not None else writable(proc)
        self._by_name = defaultdict[str, list[str]](list)
        for path in self._paths:
            self._by_name[path.rpartition("/")[2]].append(path)
        self._followed = list(OF_THE_MACHINE)

    def follow(self, words: Iterable[str]) -> None:
        """Look closely at the settings of these names, among other words."""
        for word in words:
            self._followed += self._by_name.pop(word, ())

    def followed(self) -> Items:
        return named(values(self._proc, self._followed))

    def first(self) -> Items:
        """All of them, while none has been changed yet."""
        return self.all() if self._fresh is None else self.followed() | named(self._fresh)

    def all(self) -> Items:
        return named(values(self._proc, self._paths))


def values(proc: Proc, paths: Iterable[str]) -> Items:
    """Settings by their paths below /proc/sys."""
    return {path: " ".join(read(proc, f"sys/{path}").split()) for path in paths}


def named(settings: Items) -> Items:
    """Settings as sysctl(8) names them."""
    return {f"sysctl {path.replace('/', '.')}": value for path, value in settings.items()}


def writable(proc: Proc, top: str = ".") -> tuple[str, ...]:
    """The paths of those that can be written, below a folder of /proc/sys."""
    found = []
    settings = os.open("sys", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc.fd)
    try:
        for folder, _, names, fd in os.fwalk(top, dir_fd=settings):
            for name in sorted(names):
                path = f"{folder}/{name}".removeprefix("./")
                mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
                if mode & 0o222 and not VOLATILE.fullmatch(path):
                    found.append(path)
    finally:
        os.close(settings)
    return tuple(found)


def of_fresh_network(proc: Proc) -> Items:
    """The settings, by their paths, of a machine that has a network namespace of its own.

    Asked for once, since they take as long to read as such a machine takes to be made.
    """
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        with open(reading, encoding="utf-8") as pipe:
            found: Items = json.load(pipe)
        os.waitpid(pid, 0)
        return found
    try:
        syscalls.unshare(syscalls.CLONE_NEWNET)
        world.set_sysctls("/", world.SYSCTLS)
        with open(writing, "w", encoding="utf-8") as pipe:
            json.dump(values(proc, writable(proc, "net")), pipe)
    finally:
        os._exit(0)
