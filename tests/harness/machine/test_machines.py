"""What holds of both kinds of machines."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import guests
import pytest
from guests import Open
from processes import ending

from harness.machine import Machine, channel
from harness.machine.backend import Backend
from harness.machine.channel import AgentGoneError

OWNER = """
import sys
import guests
backend = guests.machines(sys.argv[1])
machine = backend.start()
print(getattr(backend, "_launcher", backend).keeper.pid, machine.pid, flush=True)
sys.stdin.read()
"""


def test_a_machine_looks_like_a_booted_debian(machine: Machine, shell: Open) -> None:
    run = shell(machine)
    assert run("findmnt -n -o PROPAGATION /") == ("shared\n", 0)
    assert run("hostname; cat /etc/hostname") == ("unshared\nunshared\n", 0)
    scopes = r"0::/user\.slice/user-1000\.slice/session-\d+\.scope\n0::/init\.scope\n"
    assert re.fullmatch(scopes, run("grep -h ^0: /proc/self/cgroup /proc/1/cgroup")[0])
    assert run("cat /proc/1/comm; tr -d '\\0' < /proc/1/environ") == ("init\n", 0)
    assert run("stat -c %a /tmp /dev/shm /dev/null") == ("1777\n1777\n666\n", 0)
    assert run("stat -c %g:%a $(tty)") == ("5:620\n", 0)
    assert run("ip -o address show lo | grep -c 127.0.0.1/8") == ("1\n", 0)
    assert run("mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine") == ("", 0)
    assert run("umask; ulimit -Sn; ulimit -c") == ("0022\n1024\n0\n", 0)


def test_full_memory_kills_a_process_and_not_the_machine(machine: Machine, shell: Open) -> None:
    run = shell(machine)
    _, status = run("python3 -c '[b\"x\" * (i + (1 << 20)) for i in range(2048)]'")
    assert status == 128 + signal.SIGKILL
    assert run("true") == ("", 0)


def test_hello_is_answered_with_the_kernel(machine: Machine) -> None:
    machine.channel.stream.sendall(b'{"do": "hello"}\n')
    assert json.loads(machine.channel.stream.recv(4096))["kernel"] == machine.kernel


def test_the_epitaph_says_what_killed_it(machine: Machine, backend: Backend) -> None:
    os.kill(machine.pid, signal.SIGKILL)
    assert machine.channel.stream.recv(1) == b""
    first = "QEMU" if backend.own_kernel else "The machine's init"
    assert machine.epitaph().startswith(f"{first} was killed by SIGKILL")


def test_a_machine_that_hangs_is_killed_and_called_so(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "ANSWER_SECONDS", 0.5)
    os.kill(machine.pid, signal.SIGSTOP)
    with pytest.raises(AgentGoneError, match="stopped answering"):
        machine.channel.request("hello")
    assert "did not answer" in machine.epitaph()


def test_nothing_is_left_after_close(backend: Backend) -> None:
    machine = backend.start()
    pidfd = os.pidfd_open(machine.pid)
    machine.close()
    assert select.select([pidfd], [], [], 0)[0]  # it has ended (pidfd_open(2))
    os.close(pidfd)
    machine.close()  # twice is the same as once


@pytest.mark.parametrize("kind", ["namespaces", "qemu"])
@pytest.mark.parametrize("victim", ["owner", "keeper"])
def test_nothing_is_left_when_the_harness_is_killed(kind: str, victim: str) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(guests.__file__).parent)}
    command = [sys.executable, "-c", OWNER, kind]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        keeper, first = map(int, owner.stdout.readline().split())
        with ending(keeper, first):
            os.kill(owner.pid if victim == "owner" else keeper, signal.SIGKILL)
        owner.kill()
    if victim == "owner":  # a keeper that is killed leaves them to the next one
        assert guests.cgroups_of(keeper) == []
