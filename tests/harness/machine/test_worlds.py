"""Worlds: scenarios that share a virtual machine, and leave each other nothing in it."""

import io
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import Build, Open, Play

from harness.machine.backend import make_backends
from harness.machine.channel import AgentGoneError
from harness.machine.qemu import Qemu
from harness.machine.qemu.worlds import Randomized, Worlds
from harness.plan.scenario import scenarios
from harness.report.report import Report, SafeConsole
from harness.run.cache import Cache
from harness.run.runner import known_or_run, run_one

MACHINES = ("qemu",)
SETTING = "/proc/sys/vm/overcommit_memory"  # of the kernel; read-only, but for the proc behind it


@pytest.fixture
def worlds(backend: Qemu) -> Worlds:
    return Worlds(backend)


@pytest.fixture
def run(chapter: Build) -> Iterator[Play]:
    """Runs the scenarios of a text one after the other, as `run_snippets.py -j 1` does."""
    with make_backends("qemu", None, False, guests.quiet, guests.GUEST) as backends:
        yield lambda text: [run_one(s, backends.of(s)) for s in scenarios(chapter(text))]


def test_a_world_has_nothing_of_the_one_before_in_the_same_machine(
    worlds: Worlds, shell: Open
) -> None:
    with closing(worlds.start()) as first:
        say = shell(first)
        for line in (
            "hostname left; touch /left /tmp/left /dev/shm/left ~reader/left; useradd left",
            "ip address add 10.9.9.9/32 dev lo label lo:left; sysctl -qw net.ipv4.ip_forward=1",
            "mkdir /sys/fs/cgroup/left; ipcmk -M 1 > /dev/null; ipcmk -Q > /dev/null",
            "mount -t tmpfs left /mnt; exec -a left sleep 1000 & disown",
        ):
            assert say(line)[1] == 0
    with closing(worlds.start()) as second:
        say = shell(second)
        seen, _ = say(
            "ls / /tmp /dev/shm ~reader /sys/fs/cgroup; ip address; mount; ps -ef; cat /etc/passwd;"
            "hostname; ipcs -mq | grep -c 0x; sysctl -n net.ipv4.ip_forward"
        )
    assert "left" not in seen
    assert seen.endswith(f"\n{guests.GUEST.host}\n0\n0\n")
    assert first.pid == second.pid


def test_one_machine_serves_worlds_until_its_kernel_has_changed(
    worlds: Worlds, shell: Open
) -> None:
    pids = []
    for line in ("true", "touch /x", f"echo 1 > /run/whole{SETTING}", f"cat {SETTING}"):
        with closing(worlds.start()) as machine:
            pids.append(machine.pid)
            output, status = shell(machine)(line)
            assert status == 0
        changed = (SETTING.removeprefix("/proc/sys/"),)
        assert machine.changed == (changed if "whole" in line else ())
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert output == "0\n"


def test_a_key_that_outlives_its_world_is_a_change(worlds: Worlds, shell: Open) -> None:
    # add_key(2), number 248 on x86-64, into the user's keyring (-4): of that user, not of a process
    program = (
        "import ctypes; libc = ctypes.CDLL(None); "
        "print(libc.syscall(248, b'user', b'left', b'x', 1, -4) > 0)"
    )
    with closing(worlds.start()) as machine:
        assert shell(machine)(f'python3 -c "{program}"') == ("True\n", 0)
    assert machine.changed == ("keys",)


def test_a_machine_that_dies_with_its_world_is_not_used_again(worlds: Worlds, shell: Open) -> None:
    machine = worlds.start()
    os.kill(machine.pid, signal.SIGKILL)
    with pytest.raises(AgentGoneError):
        shell(machine)
    assert "SIGKILL" in machine.epitaph()
    machine.close()
    with closing(worlds.start()) as after:
        assert shell(after)("echo alive") == ("alive\n", 0)


def test_what_only_a_kernel_of_its_own_allows_is_run_again_there(run: Play) -> None:
    (result,) = run("~console root\n# mknod x c 1 3\n# sysctl -n -w kernel.pid_max=4000\n4000\n~\n")
    assert result.passed
    assert {entry.machine for entry in result.entries} == {"qemu"}
    assert result.changed == ()
    said = io.StringIO()
    Report(SafeConsole(file=said)).summary([result], None)
    assert "with others on one it failed:" in said.getvalue()
    assert "mknod: x: Operation not permitted" in said.getvalue()


def test_what_is_wrong_fails_in_both_and_what_passes_stays(run: Play) -> None:
    right, wrong = run(
        "## a\n\n~console\n$ hostname\nunshared\n~\n\n## b\n\n~console\n$ hostname\nx\n~\n"
    )
    assert [(e.verdict, e.machine) for e in right.entries] == [("passed", "qemu-namespaces")]
    assert [(e.verdict, e.machine) for e in wrong.entries] == [("failed", "qemu")]
    assert (wrong.changed, wrong.first) == ((), ())


def test_addresses_are_random_only_where_a_scenario_looks(backend: Qemu, shell: Open) -> None:
    stack = "grep stack /proc/self/maps | cut -d- -f1"
    with closing(backend.start()) as usual:
        say = shell(usual)
        assert say(stack) == say(stack)
    with closing(Randomized(backend).start()) as random:
        say = shell(random)
        assert say("cat /proc/sys/kernel/randomize_va_space") == ("2\n", 0)
        assert say(stack) != say(stack)


def test_with_a_kernel_of_choice_nothing_is_shared_and_addresses_are_random(chapter: Build) -> None:
    (scenario,) = scenarios(chapter("~console\n$ grep . /proc/sys/kernel/rand*space\n2\n~\n"))
    kernel = guests.GUEST.kernel
    with make_backends("qemu", kernel, False, guests.quiet, guests.GUEST) as backends:
        (entry,) = run_one(scenario, backends.of(scenario)).entries
    assert (entry.verdict, entry.machine) == ("passed", "qemu")


def test_a_scenario_that_says_vm_and_shows_an_address_has_both_beside_namespaces(
    chapter: Build,
) -> None:
    (scenario,) = scenarios(
        chapter("~console vm\n$ cat /proc/sys/kernel/randomize_va_space\n2\n~\n")
    )
    with make_backends("namespaces", None, False, guests.quiet, guests.GUEST) as backends:
        (entry,) = run_one(scenario, backends.of(scenario)).entries
    assert (entry.verdict, entry.machine) == ("passed", "qemu")


def test_what_passed_in_a_second_machine_is_not_recalled_for_the_first(
    chapter: Build, tmp_path: Path
) -> None:
    (scenario,) = scenarios(chapter("~console root\n# mknod x c 1 3\n~\n"))
    kept = Cache(tmp_path)
    with make_backends("namespaces", None, False, guests.quiet, guests.GUEST) as backends:
        assert known_or_run(scenario, backends, kept).passed
        assert kept.recall(scenario, backends.of(scenario).identity()) is None


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("$ cat /proc/sys/kernel/randomize_va_space\n2\n", True),
        ("$ ./a.out\n0x7ffd1c2b3a40\n", True),
        ("$ head -1 /proc/self/maps\n55d0c0a00000-55d0c0a02000 r--p\n", True),
        ("$ ip link\n 02:42:55:d0:c0:a0\n", False),
        ("$ hostname\nunshared\n", False),
    ],
)
def test_which_scenario_looks_at_addresses_is_seen_in_its_text(
    chapter: Build, text: str, looks: bool
) -> None:
    (scenario,) = scenarios(chapter(f"~console\n{text}~\n"))
    assert scenario.shows_addresses == looks
