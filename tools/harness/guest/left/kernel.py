"""What is left in the kernel: mounts, processes, IPC objects, cgroups, modules, keys, traces."""

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.guest.left import network
from harness.guest.left.watch import Items, Watch, listed, read
from harness.guest.proc import Proc

CGROUP = "/sys/fs/cgroup"
TRACING = "/sys/kernel/tracing"
TRACES = (
    *("current_tracer", "dynamic_events", "set_event", "set_event_pid", "set_ftrace_filter"),
    *("set_ftrace_notrace", "set_ftrace_pid", "set_graph_function", "trace_clock", "tracing_on"),
)
ALL = "#### all functions enabled ####"
SYSV = ("shm", "sem", "msg")
POSIX = {"mqueue": "/dev/mqueue", "shm": "/dev/shm"}
BY_HAND = 60.0  # seconds that a clock which is put right may be off
LISTED = {
    "trace instance": f"{TRACING}/instances",
    "bpf object": "/sys/fs/bpf",
    "AppArmor profile": "/sys/kernel/security/apparmor/policy/profiles",
}
# ip-netns(8) makes the first, and never takes it away; systemd and the kernel see to the others.
MOUNTS_OF_OTHERS = re.compile(
    r"/run/(netns|user/\d+|credentials/.*)|/proc/sys/fs/binfmt_misc"
    r"|/sys/kernel/debug/tracing"
)
UNITS_OF_OTHERS = re.compile(
    r"/init\.scope|/system\.slice/(systemd-|dbus|user-runtime-dir@|.*getty|ssh|cron|polkit)"
    r"|/user\.slice/user-\d+\.slice/user@\d+\.service/(init\.scope|.*dbus)"
)
CGROUPS_OF_OTHERS = re.compile(
    rf"{UNITS_OF_OTHERS.pattern}|/user\.slice(/user-\d+\.slice(/session-\w+\.scope)?)?$"
)
USES_NFTABLES = {"nft", "iptables", "ip6tables", "nf_tables", "nftables", "NETLINK_NETFILTER"}


class Kernel:
    """The watches of a kernel; of one that others share (not `own`) only what the machine has.

    A process that `is_ours` is no finding. `words` have been typed, or stand in files that were
    put; `modules` are those that were asked for there.
    """

    def __init__(
        self,
        proc: Proc,
        own: bool,
        is_ours: Callable[[int], bool],
        words: set[str],
        modules: set[str],
    ) -> None:
        self._proc, self._own, self._is_ours = proc, own, is_ours
        self._words, self._asked = words, modules
        self._others: set[int] = set()  # processes that are none of a scenario's
        self._loaded: set[str] = set()  # modules, at first
        self._began: set[float] = set()  # by the clock

    def watches(self) -> Iterator[Watch]:
        """All of them: to look takes less than a millisecond, or ten where it is emulated."""
        proc = self._proc
        yield Watch(lambda: read(proc, "1/mountinfo"), mounts)
        yield Watch(self._processes)
        yield Watch(lambda: [read(proc, f"sysvipc/{kind}") for kind in SYSV], sysv)
        yield Watch(lambda: names(POSIX))
        yield Watch(cgroups_changed, lambda _: cgroups())
        yield Watch(network.look, network.devices)
        yield Watch(self._nftables)
        if self._own:
            yield Watch(lambda: read(proc, "modules"), self._modules)
            yield Watch(lambda: read(proc, "keys"), keys)
            yield Watch(traces)
            yield Watch(lambda: names(LISTED))
            yield Watch(self._clock)

    def _processes(self) -> Items:
        """How many there are of each command."""
        found = Counter[str]()
        others = set()
        for pid in self._proc.pids():
            if pid in self._others:
                others.add(pid)
            elif pid != os.getpid() and not self._is_ours(pid):
                command = read(self._proc, f"{pid}/cmdline")
                # Empty: a thread of the kernel's, or a process that has ended.
                if not command or UNITS_OF_OTHERS.search(read(self._proc, f"{pid}/cgroup")):
                    others.add(pid)
                else:
                    name = command.replace("\0", " ").strip() or "without a name"
                    found[f"process {name}"] += 1
        self._others = others
        return {name: str(many) for name, many in found.items()}

    def _nftables(self) -> Items:
        """If they have been used: the question would have them loaded."""
        in_use = USES_NFTABLES & self._words or "nf_tables" in self._loaded
        return network.nftables() if in_use else {}

    def _modules(self, seen: str) -> Items:
        """Those that have been asked for, not what the kernel has loaded by itself."""
        there = {line.split()[0] for line in seen.splitlines()}
        self._loaded = self._loaded or there
        return {f"module {name}": "" for name in there & (self._loaded | self._asked)}

    def _clock(self) -> Items:
        """When the machine began by its clock, one of the times that it has had before if it is put
        right by hand."""
        now = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        began = next((one for one in self._began if abs(one - now) < BY_HAND), now)
        self._began.add(began)
        return {"clock, at boot": time.strftime("%F %T", time.gmtime(began))}


def mounts(mountinfo: str) -> Items:
    """By mount point, as the first process sees them; several on one are joined."""
    found = defaultdict[str, list[str]](list)
    for line in mountinfo.splitlines():
        fields = line.split()
        end = fields.index("-")
        propagation = [field.split(":")[0] for field in fields[6:end]]
        root = [fields[3]] if fields[3] != "/" else []
        how = (fields[end + 1], *root, fields[5], *propagation, fields[end + 3])
        if not MOUNTS_OF_OTHERS.fullmatch(fields[4]):
            found[f"mount {fields[4]}"].append(" ".join(how))
    return {name: "; ".join(hows) for name, hows in found.items()}


def sysv(tables: Sequence[str]) -> Items:
    """System V objects: proc_sysvipc(5)."""
    return {
        f"{kind} {fields[1]} (key {int(fields[0]) & 0xFFFFFFFF:#x})": ""
        for kind, table in zip(SYSV, tables, strict=True)
        for fields in map(str.split, table.splitlines()[1:])
    }


def names(directories: Mapping[str, str]) -> Items:
    """What directories hold, by the kind of it."""
    return {f"{kind} {name}": "" for kind, path in directories.items() for name in listed(path)}


def cgroups_changed() -> tuple[str, ...]:
    """How many there are, which is cheaper to know than which."""
    stat = text(f"{CGROUP}/cgroup.stat").partition("\n")[0]
    return stat, text(f"{CGROUP}/cgroup.subtree_control")


def cgroups() -> Items:
    """Below the root of the hierarchy, each with the controllers that it gives on."""
    found = {}
    for folder, _, _ in os.walk(CGROUP):
        path = folder.removeprefix(CGROUP) or "/"
        if not CGROUPS_OF_OTHERS.match(path):
            found[f"cgroup {path}"] = text(f"{folder}/cgroup.subtree_control")
    return found


def keys(table: str) -> Items:
    """Keys, but no keyrings: those come with a session. proc_keys(5)."""
    fields = (line.split(None, 8)[7:] for line in table.splitlines())
    return {f"key {kind} {name}": "" for kind, name in fields if kind != "keyring"}


def traces() -> Items:
    """The settings of ftrace, Documentation/trace/ftrace.rst."""
    options = (f"options/{name}" for name in listed(f"{TRACING}/options"))
    found = {f"trace {name}": text(f"{TRACING}/{name}") for name in (*TRACES, *options)}
    # What there is of a filter that was never set, and of one that was emptied.
    return {name: "" if how in ("no pid", ALL) else how for name, how in found.items()}


def text(path: str) -> str:
    """A file of the kernel on one line, or nothing where it can't be read."""
    try:
        with open(path, "rb") as file:
            return " ".join(file.read(1 << 16).decode("utf-8", "replace").split())
    except OSError:
        return ""
