"""Machines of namespaces: fresh, apart from each other and from the host, and gone afterwards."""

import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import Open, cgroups_of
from processes import ending, ran

from harness.guest import world
from harness.image.image import Image
from harness.machine import MachineError, bounds, namespaces
from harness.machine.namespaces import Namespaces, NamespacesMachine

MACHINES = ("namespaces",)
NAMESPACES = ("mnt", "pid", "net", "uts", "ipc", "cgroup", "time")


def namespace(pid: int | str, kind: str) -> str:
    return os.readlink(f"/proc/{pid}/ns/{kind}")


def inside(machine: NamespacesMachine) -> str:
    """The PID namespace of what runs in a machine, below that of its agent."""
    (first,) = Path(f"/proc/{machine.pid}/task/{machine.pid}/children").read_text().split()
    return namespace(first, "pid")


def processes_in(pid_namespace: str) -> list[str]:
    """The processes of the host's /proc that are in `pid_namespace`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if namespace(entry.name, "pid") == pid_namespace:
                found.append(entry.name)
        except OSError:
            pass  # it has just ended
    return found


@pytest.mark.parametrize("kind", NAMESPACES)
def test_every_namespace_is_fresh(backend: Namespaces, kind: str) -> None:
    with closing(backend.start()) as one, closing(backend.start()) as other:
        seen = {namespace("self", kind), namespace(one.pid, kind), namespace(other.pid, kind)}
    assert len(seen) == 3


def test_a_machine_shows_nothing_of_the_host(machine: NamespacesMachine, shell: Open) -> None:
    run = shell(machine)
    opened, _ = run("readlink /proc/1/fd/* | cut -d: -f1 | sort -u; readlink /proc/1/cwd")
    assert opened == "/dev/null\npipe\n/\n"
    assert run("tr '\\0' '\\n' < /proc/1/cmdline") == ("init\n", 0)
    assert run("echo $PPID; ps -o comm= 1 $$") == ("1\ninit\nbash\n", 0)
    # The channel's socket too belongs to the machine: lsns(8) asks sockets for theirs.
    output, _ = run("lsns --noheadings --output TYPE | sort")
    assert output.split() == sorted([*NAMESPACES, "user"])
    run("echo changed > /etc/hosts; touch /new")
    rootfs = guests.built().rootfs()
    assert "changed" not in (rootfs / "etc/hosts").read_text()
    assert not (rootfs / "new").exists()


def test_two_machines_do_not_see_each_other(backend: Namespaces, shell: Open) -> None:
    with closing(backend.start()) as one, closing(backend.start()) as other:
        here, there = shell(one), shell(other)
        here("touch /root/mine /tmp/mine /dev/shm/mine; hostname mine")
        here("ipcmk --queue; ip link add x type veth; sleep 1000 &")
        assert there("hostname; ip -o link | grep -c .") == ("unshared\n1\n", 0)
        for command in (
            "cat /root/mine", "ls /tmp /dev/shm | grep mine", "ipcs -q | grep 0x", "pgrep sleep"
        ):  # fmt: skip
            assert there(command)[1] != 0, command


def test_of_all_that_was_made_in_a_machine_nothing_is_left(
    backend: Namespaces, shell: Open
) -> None:
    mounts = Path("/proc/self/mountinfo").read_text()
    machine = backend.start()
    run = shell(machine)
    run("setsid sleep 1000 & unshare --fork --pid sleep 1000 &")
    run("mount -t tmpfs x /mnt; mkdir -p /sys/fs/cgroup/a/b")
    pids = inside(machine)
    assert len(processes_in(pids)) >= 3
    machine.close()
    assert processes_in(pids) == []
    assert cgroups_of(backend.keeper.pid) == []
    assert Path("/proc/self/mountinfo").read_text() == mounts
    other = guests.namespaces()
    machines = [other.start() for _ in range(3)]  # held: one that is dropped ends by itself
    spaces = [inside(one) for one in machines]
    other.close()
    assert [processes_in(one) for one in spaces] == [[], [], []]
    assert cgroups_of(other.keeper.pid) == []


def test_machines_die_with_the_zygote_and_the_next_one_tidies_up() -> None:
    with closing(guests.namespaces()) as backend:
        machine = backend.start()
        with ending(machine.pid):
            os.kill(backend.keeper.pid, signal.SIGKILL)
        assert machine.channel.stream.recv(1) == b""
        assert machine.epitaph() == "The machine's init was killed by SIGKILL."
        machine.close()
        with pytest.raises(MachineError, match="has ended"):
            backend.start()
    with closing(guests.namespaces()) as other:
        other.start().close()
    assert cgroups_of(backend.keeper.pid) == []


def test_what_was_made_in_another_pid_namespace_is_left_alone() -> None:
    """Containers may share a cgroup hierarchy, and its process ids say nothing in the other."""
    made = bounds.create(bounds.hierarchies())
    sweep = "from harness.machine import bounds; bounds.sweep(bounds.hierarchies())"
    elsewhere = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", sweep]
    assert ran(*elsewhere).returncode == 0
    directories = [*made.joined, *([made.born] if made.born else [])]
    assert directories
    assert [one for one in directories if not one.exists()] == []
    made.remove()


def test_a_fork_bomb_stays_in_its_machine_and_ends_with_it(
    backend: Namespaces, shell: Open
) -> None:
    if "pids" in bounds.unbounded(bounds.hierarchies()):
        pytest.fail("this host has no pids controller to hold a fork bomb")
    with closing(backend.start()) as machine:
        pids = inside(machine)
        shell(machine)  # opens a terminal
        own = cgroups_of(backend.keeper.pid)
        # Of v1 it is told in the cgroup of who could not fork, below the one that bounds.
        found = [next(path.glob("machine"), path) for path in own if (path / "pids.max").exists()]
        events = found[0] / "pids.events"
        bomb = "bomb() { bomb | bomb & }; bomb"
        machine.channel.request("type", terminal="root", text=bomb, seconds=0, until="end")
        while "max 0" in events.read_text():  # until the kernel has refused a fork
            assert len(processes_in(pids)) <= world.PROCESSES
        with closing(backend.start()) as other:  # the host, and its machines, go on
            assert other.channel.request("hello")
    assert processes_in(pids) == []


def test_root_can_not_reach_the_hosts_sysctls_devices_clocks_or_modules(
    machine: NamespacesMachine, shell: Open
) -> None:
    run = shell(machine)
    for name in ("kernel/hostname", "vm/drop_caches"):
        assert "Read-only file system" in run(f"echo 1 > /proc/sys/{name}")[0]
    assert run("echo 1 > /proc/sys/net/ipv4/ip_forward") == ("", 0)  # of the machine's network
    for command in ("mknod /tmp/disk b 254 0", "date -s 2030-01-01", "hwclock --systohc"):
        assert run(command)[1] != 0, command
    bounding = int(run("grep CapBnd /proc/self/status")[0].split()[1], 16)
    assert not bounding & sum(1 << one for one in (16, 17, 22, 25, 27))


def test_what_a_reader_without_privilege_does(machine: NamespacesMachine, shell: Open) -> None:
    run = shell(machine, "reader")
    for command in (
        "unshare -Urpf --mount-proc true",
        "unshare -Urmn mount -t sysfs sysfs /sys",
        "unshare -Urm mount -t tmpfs tmpfs /mnt",
        "unshare -Ur --map-auto true",
        "unshare -UrT --boottime 1000 true",
        "ping -c 1 127.0.0.1 > /dev/null",
        "sudo true",
    ):
        assert run(command) == ("", 0), command


def test_any_directory_name_will_do_and_one_without_a_rootfs_is_named(
    tmp_path: Path, shell: Open
) -> None:
    """A colon or a comma would end an option of the overlay."""
    odd = tmp_path / "a:b, c=d\\"
    odd.mkdir()
    (odd / "rootfs").symlink_to(guests.built().rootfs())
    with (
        closing(Namespaces(Image("key", odd), guests.quiet)) as backend,
        closing(backend.start()) as machine,
    ):
        assert shell(machine)("true") == ("", 0)
    (tmp_path / "rootfs").touch()
    with closing(Namespaces(Image("key", tmp_path), guests.quiet)) as backend:
        with pytest.raises(MachineError, match="rootfs: Not a directory"):
            backend.start()
        assert cgroups_of(backend.keeper.pid) == []


def test_an_ordinary_user_is_told_to_use_sudo_and_bare_metal_the_name_of_the_flag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(MachineError, match="sudo"):
            guests.namespaces()
    monkeypatch.setattr(namespaces, "is_virtual_machine", lambda: False)
    with pytest.raises(MachineError, match="--i-know-this-is-not-a-vm"):
        guests.namespaces()
    Namespaces(guests.built(), guests.quiet, allow_bare_metal=True).close()


def test_what_ubuntu_forbids_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(namespaces, "RESTRICTION", tmp_path / "restriction")
    for value, told in (("1\n", 1), ("0\n", 0)):
        (tmp_path / "restriction").write_text(value)
        notes: list[str] = []
        with closing(Namespaces(guests.built(), notes.append)):
            assert sum("AppArmor" in note for note in notes) == told


def test_the_environment_of_the_harness_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "very-secret")
    with closing(guests.namespaces()) as backend, closing(backend.start()) as machine:
        for pid in (backend.keeper.pid, machine.pid):
            assert b"very-secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_machine_is_not_nice_where_the_harness_is(shell: Open) -> None:
    """`ps` has an N for it. What comes of it is the weight of the machine's cgroup."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    try:
        with closing(guests.namespaces()) as backend, closing(backend.start()) as machine:
            assert shell(machine)("nice; ps -o stat= $$ | tr -d +") == ("0\nSs\n", 0)
            weights = {
                (path / file).read_text()
                for path in cgroups_of(backend.keeper.pid)
                for file in ("cpu.shares", "cpu.weight.nice")
                if (path / file).exists()
            }
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
    assert weights in ({"36\n"}, {"15\n"}, set())
