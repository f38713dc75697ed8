"""Machines of namespaces: fresh, apart from each other and from the host, and gone afterwards."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import guests
import pytest

from harness.guest import world
from harness.image.image import Image
from harness.machine import MachineError, namespaces
from harness.machine.namespaces import Namespaces, NamespacesMachine, bounds

MACHINES = ("namespaces",)
NAMESPACES = ("mnt", "pid", "net", "uts", "ipc", "cgroup", "time")
OWNER = """
import sys
import guests
backend = guests.namespaces()
machine = backend.start()
print(backend.keeper.pid, machine.pid, flush=True)
sys.stdin.read()
"""

Open = Callable[..., Callable[[str], tuple[str, int]]]


def namespace(pid: int | str, kind: str) -> str:
    return os.readlink(f"/proc/{pid}/ns/{kind}")


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


def cgroups_of(zygote: int) -> list[Path]:
    parents = [one.parent for one in bounds.hierarchies()]
    return [path for parent in parents for path in parent.glob(f"{bounds.PREFIX}{zygote}-*")]


def wait_for_end(pidfd: int) -> None:
    """A pidfd reads as ready when its process has ended (pidfd_open(2))."""
    assert select.select([pidfd], [], [], 60)[0], "the process is still there"


@pytest.mark.parametrize("kind", NAMESPACES)
def test_every_namespace_is_fresh(backend: Namespaces, kind: str) -> None:
    with closing(backend.start()) as one, closing(backend.start()) as other:
        seen = {namespace("self", kind), namespace(one.pid, kind), namespace(other.pid, kind)}
    assert len(seen) == 3


def test_init_is_the_only_process_and_shows_nothing_of_the_host(
    machine: NamespacesMachine, shell: Open
) -> None:
    run = shell(machine)
    assert run("cat /proc/1/comm; tr '\\0' '\\n' < /proc/1/cmdline") == ("init\ninit\n", 0)
    assert run("tr -d '\\0' < /proc/1/environ") == ("", 0)
    assert run("echo $$; ps -o comm= 1 2") == ("2\ninit\nbash\n", 0)


def test_a_machine_has_the_host_name_of_the_book(machine: NamespacesMachine, shell: Open) -> None:
    assert shell(machine)("hostname; cat /etc/hostname") == ("unshared\nunshared\n", 0)


def test_no_descriptor_of_the_host_is_left(machine: NamespacesMachine) -> None:
    opened = {os.readlink(path) for path in Path(f"/proc/{machine.pid}/fd").iterdir()}
    assert {path.partition(":")[0] for path in opened} <= {
        "/dev/null",
        "/proc",
        "socket",
        "pipe",
        "anon_inode",
    }


def test_lsns_sees_one_namespace_of_a_kind(machine: NamespacesMachine, shell: Open) -> None:
    """The channel's socket too belongs to the machine: lsns(8) asks sockets for theirs."""
    output, _ = shell(machine)("lsns --noheadings --output TYPE | sort")
    assert output.split() == sorted([*NAMESPACES, "user"])


def test_two_machines_do_not_see_each_other(backend: Namespaces, shell: Open) -> None:
    with closing(backend.start()) as one, closing(backend.start()) as other:
        here, there = shell(one), shell(other)
        here("touch /root/mine /tmp/mine /dev/shm/mine; hostname mine")
        here("ipcmk --queue; ip link add x type veth")
        here("sleep 1000 &")
        assert there("cat /root/mine")[1] != 0
        assert there("ls /tmp /dev/shm | grep mine")[1] != 0
        assert there("hostname") == ("unshared\n", 0)
        assert there("ipcs -q | grep 0x")[1] != 0
        assert there("ip -o link | grep -c .") == ("1\n", 0)
        assert there("pgrep sleep")[1] != 0


def test_a_machine_does_not_write_on_the_image(machine: NamespacesMachine, shell: Open) -> None:
    rootfs = guests.built().rootfs()
    shell(machine)("echo changed > /etc/hosts; touch /new")
    assert "changed" not in (rootfs / "etc/hosts").read_text()
    assert not (rootfs / "new").exists()


def test_nothing_is_left_after_close(backend: Namespaces, shell: Open) -> None:
    mounts = Path("/proc/self/mountinfo").read_text()
    machine = backend.start()
    run = shell(machine)
    run("setsid sleep 1000 & unshare --fork --pid sleep 1000 &")
    run("mount -t tmpfs x /mnt; mkdir -p /sys/fs/cgroup/a/b")
    pids = namespace(machine.pid, "pid")
    assert len(processes_in(pids)) >= 3
    machine.close()
    machine.close()  # twice is the same as once
    assert processes_in(pids) == []
    assert cgroups_of(backend.keeper.pid) == []
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_closing_the_backend_destroys_its_machines() -> None:
    backend = guests.namespaces()
    machines = [backend.start() for _ in range(3)]  # held: one that is dropped ends by itself
    pids = [namespace(machine.pid, "pid") for machine in machines]
    backend.close()
    assert [processes_in(one) for one in pids] == [[], [], []]
    assert cgroups_of(backend.keeper.pid) == []


def test_nothing_is_left_when_the_owner_is_killed() -> None:
    command = [sys.executable, "-c", OWNER]
    path = {"PYTHONPATH": str(Path(guests.__file__).parent)}
    with subprocess.Popen(
        command, env=os.environ | path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        zygote, init = map(int, owner.stdout.readline().split())
        pids = namespace(init, "pid")
        fds = [os.pidfd_open(zygote), os.pidfd_open(init)]
        owner.kill()
        for fd in fds:
            wait_for_end(fd)
            os.close(fd)
    assert processes_in(pids) == []
    assert cgroups_of(zygote) == []


def test_machines_die_with_the_zygote_and_the_next_one_tidies_up() -> None:
    with closing(guests.namespaces()) as backend:
        machine = backend.start()
        init = os.pidfd_open(machine.pid)
        os.kill(backend.keeper.pid, signal.SIGKILL)
        wait_for_end(init)
        os.close(init)
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
    sweep = "from harness.machine.namespaces import bounds; bounds.sweep(bounds.hierarchies())"
    elsewhere = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", sweep]
    subprocess.run(elsewhere, check=True)
    directories = [*made.joined, *([made.born] if made.born else [])]
    assert directories
    assert [one for one in directories if not one.exists()] == []
    made.remove()


def test_the_epitaph_says_what_killed_init(machine: NamespacesMachine) -> None:
    os.kill(machine.pid, signal.SIGKILL)
    assert machine.channel.stream.recv(1) == b""
    assert machine.epitaph() == "The machine's init was killed by SIGKILL."


def test_a_fork_bomb_stays_in_its_machine_and_ends_with_it(
    backend: Namespaces, shell: Open
) -> None:
    if "pids" in bounds.unbounded(bounds.hierarchies()):
        pytest.fail("this host has no pids controller to hold a fork bomb")
    with closing(backend.start()) as machine:
        pids = namespace(machine.pid, "pid")
        shell(machine)  # opens a terminal
        own = cgroups_of(backend.keeper.pid)
        events = next(path / "pids.events" for path in own if (path / "pids.max").exists())
        bomb = "bomb() { bomb | bomb & }; bomb"
        machine.channel.request("type", terminal="root", text=bomb, seconds=0, until="end")
        while "max 0" in events.read_text():  # until the kernel has refused a fork
            assert len(processes_in(pids)) <= world.PROCESSES
        with closing(backend.start()) as other:  # the host, and its machines, go on
            assert other.channel.request("hello")
    assert processes_in(pids) == []


def test_a_process_without_bounds_is_killed_and_not_the_machine(
    machine: NamespacesMachine, shell: Open
) -> None:
    if "memory" in bounds.unbounded(bounds.hierarchies()):
        pytest.fail("this host has no memory controller")
    run = shell(machine)
    assert run("python3 -c 'bytearray(2 << 30).hex()'")[1] == 128 + signal.SIGKILL
    assert run("true") == ("", 0)


def test_sysctls_of_the_host_are_read_only_and_those_of_the_network_are_not(
    machine: NamespacesMachine, shell: Open
) -> None:
    run = shell(machine)
    assert "Read-only file system" in run("echo x > /proc/sys/kernel/hostname")[0]
    assert "Read-only file system" in run("echo 1 > /proc/sys/vm/drop_caches")[0]
    assert run("echo 1 > /proc/sys/net/ipv4/ip_forward") == ("", 0)


def test_root_can_not_reach_devices_clocks_or_modules(
    machine: NamespacesMachine, shell: Open
) -> None:
    run = shell(machine)
    for command in ("mknod /tmp/disk b 254 0", "date -s 2030-01-01", "hwclock --systohc"):
        assert run(command)[1] != 0, command
    bounding = int(run("grep CapBnd /proc/self/status")[0].split()[1], 16)
    assert not bounding & sum(1 << one for one in (16, 17, 22, 25, 27))


@pytest.mark.parametrize(
    "command",
    [
        "unshare -Urpf --mount-proc true",
        "unshare -Urmn mount -t sysfs sysfs /sys",
        "unshare -Urm mount -t tmpfs tmpfs /mnt",
        "unshare -Ur --map-auto true",
        "unshare -UrT --boottime 1000 true",
        "ping -c 1 127.0.0.1 > /dev/null",
        "sudo true",
    ],
)
def test_what_a_reader_without_privilege_does(
    machine: NamespacesMachine, shell: Open, command: str
) -> None:
    assert shell(machine, "reader")(command) == ("", 0)


def test_the_machine_looks_like_a_booted_debian(machine: NamespacesMachine, shell: Open) -> None:
    run = shell(machine)
    assert run("findmnt -n -o PROPAGATION /") == ("shared\n", 0)
    assert run("grep -v ':/$' /proc/self/cgroup")[1] == 1  # every cgroup is the root
    assert run("stat -c %a /tmp /dev/shm /dev/null") == ("1777\n1777\n666\n", 0)
    assert run("ip -o address show lo | grep -c 127.0.0.1/8") == ("1\n", 0)
    assert run("mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine") == ("", 0)
    assert run("umask; ulimit -Sn; ulimit -c") == ("0022\n1024\n0\n", 0)


def test_any_directory_name_will_do(tmp_path: Path, shell: Open) -> None:
    """A colon or a comma would end an option of the overlay."""
    odd = tmp_path / "a:b, c=d\\"
    odd.mkdir()
    (odd / "rootfs").symlink_to(guests.built().rootfs())
    with (
        closing(Namespaces(Image("key", odd), guests.quiet)) as backend,
        closing(backend.start()) as machine,
    ):
        assert shell(machine)("true") == ("", 0)


def test_a_rootfs_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "rootfs").touch()
    with closing(Namespaces(Image("key", tmp_path), guests.quiet)) as backend:
        with pytest.raises(MachineError, match="rootfs: Not a directory"):
            backend.start()
        assert cgroups_of(backend.keeper.pid) == []


def test_an_ordinary_user_is_told_to_use_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MachineError, match="sudo"):
        guests.namespaces()


def test_bare_metal_is_refused_by_the_name_of_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_hello_is_answered_with_the_kernel(machine: NamespacesMachine) -> None:
    machine.channel.stream.sendall(b'{"do": "hello"}\n')
    assert json.loads(machine.channel.stream.recv(4096))["kernel"] == machine.kernel
