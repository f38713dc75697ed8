"""What 13-debug's nsdiff.py says of two processes, and what it says where it may not look."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest

SOURCE = Path(__file__).parents[2] / "snippets/13-debug/nsdiff.py"
Compare = Callable[..., tuple[list[str], int]]


@pytest.fixture(scope="module")
def compare() -> Iterator[Compare]:
    """`compare(world, script)`: the lines and the status of a script in which `$p` is the sleep(1)
    that the command `world` becomes, or starts."""
    with closing(guests.namespaces()) as backend, closing(backend.start()) as machine:
        channel = machine.channel

        def put(path: str, text: str) -> None:
            channel.request("put", path=path, text=text, mode=0o755, owner="root", given=False)

        put("/p/nsdiff.py", SOURCE.read_text("utf-8"))
        channel.request("open", within=30, terminal="t", user="root", seconds=30)

        def compare(world: str, script: str = "python3 nsdiff.py $p $$") -> tuple[list[str], int]:
            put(
                "/p/case.sh",
                f"cd /p\n{world} &\nuntil p=$(pgrep -x sleep); do :; done\n"
                f"{script}\ns=$?; kill -9 $p; wait; exit $s\n",
            )
            line = "timeout --kill-after=1 20 bash /p/case.sh < /dev/null 2>&1"
            reply = channel.request(
                "type", within=30, terminal="t", text=line, seconds=30, until="end"
            )
            lines = reply["output"].replace("\r", "").splitlines()
            return [line for line in lines if "Killed" not in line], reply["status"]

        yield compare


WORLD = """unshare -UrunmT --boottime 99 --propagation private sh -c '
hostname inner; mount -t tmpfs t /mnt; mount --rbind /usr /srv; mount -o remount,bind,ro /srv
cd /usr
exec setpriv --no-new-privs --bounding-set=-kill sleep 9'"""
SAID = """
uts namespace: uts:[.*] named inner | uts:[.*] named .*
net namespace: net:[.*] with lo | net:[.*] with .*
user namespace: user:[.*] owned by UID 0 | user:[.*] owned by UID .*
UIDs (inside outside count): 0 0 1 | 0 .*
clock offsets: monotonic 0 0, boottime 99 0 | monotonic 0 0, boottime 0 0
working directory: /usr (device .*, inode .*) | /p (device .*, inode .*)
capabilities: all but kill.* | .*
capabilities at most: all but kill.* | .*
no_new_privs: 1 | 0
/mnt: tmpfs / (.*) | not a mount point
/srv: .* /.*usr (.* ro.*) | not a mount point
"""


def test_what_differs_is_said(compare: Compare) -> None:
    lines, status = compare(WORLD)
    for said in SAID.strip().splitlines():
        pattern = re.escape(said).replace(r"\.\*", ".*")
        assert [line for line in lines if re.fullmatch(pattern, line)], (said, lines)
    assert not [line for line in lines if line.startswith(("ipc", "pid", "cgroup", "UID,"))], lines
    assert status == 1


def test_a_root_of_its_own_is_said(compare: Compare) -> None:
    lines, _ = compare("unshare -m sh -c 'mount --rbind / /mnt; exec chroot /mnt sleep 9'")
    assert [line for line in lines if re.fullmatch(r"root: /mnt \(.*\) \| / \(.*\)", line)], lines


def test_what_is_the_same_is_not_said(compare: Compare) -> None:
    lines, status = compare("sleep 9")
    assert (len(lines), status) == (1, 0), lines


def test_two_file_systems_of_one_kind_are_two(compare: Compare) -> None:
    mount = "mount -t tmpfs t /mnt"
    lines, status = compare(
        f"unshare -m sh -c '{mount}; exec sleep 9'",
        f"unshare -m sh -c '{mount}; python3 nsdiff.py $0 $$' $p",
    )
    assert re.fullmatch(r"/mnt: tmpfs / \(0:\d+ .*\) \| tmpfs / \(0:\d+ .*\)", lines[-1]), lines
    assert status == 1


def test_an_ordinary_user_is_told_what_could_not_be_read(compare: Compare) -> None:
    user = "setpriv --reuid=1000 --regid=1000 --clear-groups"
    lines, status = compare("unshare -n sleep 9", f"{user} python3 nsdiff.py $p $p")
    assert status == 2
    assert len(lines) == 3
    assert "lets only root and its owner read: mnt namespace, uts namespace" in lines[1]
    lines, status = compare(f"{user} unshare -Urn sleep 9", f"{user} python3 nsdiff.py $p $p")
    assert (len(lines), status) == (1, 0)


def test_who_is_not_there_is_no_difference(compare: Compare) -> None:
    cases = ("", "$p 1x", "$p $p $p", "$p 4194304", "$p -1")
    lines, status = compare("sleep 9", "; ".join(f"python3 nsdiff.py {case}" for case in cases))
    missing = "nsdiff: a process is not there: [Errno 2] No such file or directory:"
    usage = "usage: nsdiff.py PID [PID]"
    assert lines == [usage, usage, usage, f"{missing} '/proc/4194304'", f"{missing} '/proc/-1'"]
    assert status == 2
