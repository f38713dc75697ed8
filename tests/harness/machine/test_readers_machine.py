"""The reader's machine: a Debian with systemd as anybody has it, one for each who asks."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import guests
import pytest
from guests import Open

from harness.machine.channel import Channel
from harness.machine.qemu import QemuMachine
from harness.machine.reader import Reader


@pytest.fixture(scope="module")
def readers() -> Iterator[Reader]:
    with closing(Reader(guests.GUEST, guests.quiet)) as made:
        yield made


@pytest.fixture
def machine(readers: Reader) -> Iterator[QemuMachine]:
    with closing(readers.start()) as machine:
        yield machine


def left(channel: Channel) -> list[str]:
    """What is not as it was in a machine."""
    return [what for _, what in channel.request("left", within=60)["left"]]


def test_it_is_a_debian_as_one_has_it(machine: QemuMachine, shell: Open) -> None:
    reader, root = shell(machine, "reader"), shell(machine, "root")
    assert (machine.kind, machine.kernel) == ("reader", reader("uname -r")[0].strip())
    assert reader("ps -o args= -p 1") == ("/sbin/init\n", 0)
    assert reader("systemctl is-system-running") == ("running\n", 0)
    assert reader("findmnt -n -o FSTYPE /; findmnt -n -o FSTYPE /tmp") == ("ext4\ntmpfs\n", 0)
    assert reader("id -un; hostname; pwd") == ("reader\nunshared\n/home/reader\n", 0)
    assert reader("man -w unshare.2")[1] == 0
    assert abs(float(reader("date +%s.%N")[0]) - time.time()) < 30
    assert reader("ip -o link | grep -v ': lo:'") == ("", 1)
    # Whoever types is in a session: by ssh, and by sudo in that.
    session = r"0::/user\.slice/user-1000\.slice/session-\d+\.scope\n1000\n"
    for run in (reader, root):
        assert re.fullmatch(session, run("cat /proc/self/cgroup /proc/self/loginuid; echo")[0])
    assert reader("cat /proc/self/cgroup") != root("cat /proc/self/cgroup")
    assert root("id -u; echo $HOME; ps -o comm= -p $PPID") == ("0\n/root\nsudo\n", 0)


def test_a_shell_that_was_closed_is_no_finding_and_what_it_has_left_is(
    machine: QemuMachine, shell: Open
) -> None:
    channel = machine.channel
    ask = partial(channel.request, within=60, seconds=60.0)
    for user, line, status in (("reader", "exit 3", 3), ("root", "kill -KILL $$", -9)):
        shell(machine, user)
        reply = ask("type", terminal=user, text=line, until="end")
        assert (reply["state"], reply["status"]) == ("closed", status)
    assert left(channel) == []

    reader = shell(machine, "reader")
    for line in (
        *("sleep 1001 &", "nohup sleep 1002 > /dev/null 2>&1 &", "sudo systemd-run -q sleep 1003"),
        *("sudo mount -t tmpfs none /mnt", "sudo touch /etc/new", "touch ~/of-no-interest"),
    ):
        assert reader(line)[1] == 0
    ask("type", terminal="reader", text="exit", until="end")
    told = left(channel)
    for what in (
        *("+ process sleep 1002", "+ process /usr/bin/sleep 1003", "+ cgroup /system.slice/run-"),
        *("+ mount /mnt (tmpfs", "+ file /etc/new"),
    ):
        assert [one for one in told if one.startswith(what)], told
    assert not [one for one in told if "of-no-interest" in one or "session" in one], told


def test_what_is_written_in_one_is_in_no_other(readers: Reader, shell: Open) -> None:
    with closing(readers.start()) as one, closing(readers.start()) as other:
        writes, reads = shell(one), shell(other)
        assert writes("dd if=/dev/urandom of=/big bs=1M count=64 status=none; sync") == ("", 0)
        assert reads("ls /big 2>&1") == ("ls: cannot access '/big': No such file or directory\n", 2)
