"""What a scenario leaves behind in its machine, and which step is told to have done it."""

import pytest
from guests import Play

from harness.machine.backend import Backend
from harness.report.words import words
from harness.run.verdict import Result


@pytest.fixture
def leftovers() -> str:
    return "fail"


def told(result: Result) -> dict[int, str]:
    """The reasons of the blocks that have failed, by the line that they are about."""
    return {entry.about or 0: words(entry.reason) for entry in result.entries if entry.reason}


# What root types, and what is told of it.
UNTIDY = {
    "mount -t tmpfs none /mnt": "+ mount /mnt (tmpfs rw",
    "mkdir -p /opt/new/deep": "behind for the section after it: + file /opt/new;",
    "touch /etc/new": "+ file /etc/new",
    "echo '192.0.2.1 x' >> /etc/hosts": "file /etc/hosts changed",
    "rm /etc/issue": "- file /etc/issue",
    "chmod 600 /etc/os-release": "changed",
    "echo 'alias x=y' >> /home/reader/.profile": "file /home/reader/.profile changed",
    "touch /run/new": "+ file /run/new",
    "ip link add v type veth peer name w && ip address add 192.0.2.5/24 dev v": (
        "+ link v (down 1002 mtu 1500 noop "
    ),
    "ip link set lo mtu 1400": "link lo: up 8 mtu 65536 noqueue ",
    "ip address add 192.0.2.7/32 dev lo": "+ address 192.0.2.7/32 on lo",
    "ip route add blackhole 198.51.100.0/24": "+ route 198.51.100.0/24",
    "ip rule add pref 9 table 9": "+ rule 9",
    "nft add table ip t": "+ nft table ip t",
    "sysctl -qw net.ipv4.ip_default_ttl=9": "sysctl net.ipv4.ip_default_ttl: 64 → 9",
    "hostname other": "sysctl kernel.hostname: unshared → other",
    "ipcmk -Q > /dev/null": "+ msg 0 (key 0x",
    "ipcmk -M 9 > /dev/null": "+ shm 0 (key 0x",
    "touch /dev/shm/s /dev/mqueue/q": "+ mqueue q; + shm s",
    "(sleep 98 &)": "+ process sleep 98",
    "cd /var": "terminal: directory: /home/reader → /var",
    "umask 077": "terminal: Umask: 0022 → 0077",
    "ulimit -n 64": "terminal: limit Max open files: 1024 ",
}
OF_A_KERNEL = {
    "mkdir -p /sys/fs/cgroup/left/below": "behind for the section after it: + cgroup /left;",
    "sysctl -qw user.max_uts_namespaces=9": "sysctl user.max_uts_namespaces: ",
    "modprobe nbd": "+ module nbd",
    "echo 0 > /sys/kernel/tracing/tracing_on": "trace tracing_on: 1 → 0",
    "echo 1 > /sys/kernel/tracing/options/function-fork": "trace options/function-fork: 0 → 1",
    "chmod 640 /dev/full": "file /dev/full changed",
    "date -s 2001-02-03 > /dev/null": "clock, at boot",
}
# The same, put right again; and what is nobody's business.
TIDY = """\
mount -t tmpfs none /mnt && umount /mnt
mkdir -p /opt/new/deep && rm -r /opt/new
cp -p /etc/hosts . && echo >> /etc/hosts && cp -p hosts /etc
echo x >> /etc/hosts && sed -i '$d' /etc/hosts
ip link add v type veth peer name w && ip link del v
ip netns add n && ip netns del n
nft add table ip t && nft delete table ip t
sysctl -qw net.ipv4.ip_default_ttl=9 && sysctl -qw net.ipv4.ip_default_ttl=64
hostname other && hostname unshared
ipcrm -q $(ipcmk -Q | grep -o '[0-9]*$')
(sleep 0.3 &)
cd /var; cd ~reader
touch new .new /tmp/new /root/new; mkdir -p folder && python3 -c 'import json'
echo 'int main(void) { return 0; }' > a.c && gcc a.c && ./a.out
unshare -mn true; bash -c true; sudo -u reader sudo true
"""


def blocks(lines: list[str]) -> str:
    return "## A\n\n" + "\n".join(f"~console root\n# {line}\n~\n" for line in lines)


def test_what_is_left_is_told_with_the_line_that_did_it(play: Play, backend: Backend) -> None:
    left = UNTIDY | (OF_A_KERNEL if backend.own_kernel else {})
    (result,) = play(blocks(list(left)))
    found = told(result)
    for number, (line, what) in enumerate(left.items()):
        assert what in found.pop(4 + 4 * number), line
    assert found == {}


def test_what_is_tidy_is_not_told(play: Play) -> None:
    (result,) = play(blocks(TIDY.splitlines()).replace(" root\n", " root timeout=60\n"))
    assert told(result) == {}


# Sections of which one step is told, with its place in the section, and nothing else.
ONE = [
    # A shell that is still open is told once, and nothing of what is in it.
    ("~console\n$ cd /tmp\n$ sudo unshare -u bash\n# hostname x\n# (sleep 97 &)\n", 3,
     "+ terminal (sudo unshare -u bash)"),
    ("~console\n$ python3 -q\n>>> 1\n1\n", 2, "+ terminal (python3 -q)"),
    ("~console:a\n$ true\n~\n~console running:b\n$ sleep 97\n", 5, "+ terminal b (sleep 97)"),
    ("~console root\n# exec unshare -u\n", 2, "terminal: namespace uts: uts:["),
    # A file that was put, one that was written by a program, a setting that nobody has named.
    ("~ini file:/etc/x.conf\na = 1\n~\n~console\n$ cat /etc/x.conf\na = 1\n", 1,
     "+ file /etc/x.conf"),
    ("~python root:x.py\nimport os\nos.mkdir('/opt/x')\n~\n\n~text:実行結果\n", 6, "+ file /opt/x"),
    ("~console root\n# echo 9 > /proc/sys/net/ipv4/ip_default_?tl\n", 2,
     "sysctl net.ipv4.ip_default_ttl: 64 → 9"),
]  # fmt: skip


def test_of_a_section_the_step_is_told_and_no_other(play: Play) -> None:
    text, wanted = "", {}
    for section, place, what in ONE:
        text += "## A\n"
        wanted[text.count("\n") + place] = what
        text += f"{section}~\n"
    found = {line: what for result in play(text) for line, what in told(result).items()}
    for line, what in wanted.items():
        assert what in found.pop(line)
    assert found == {}


SAID = "[//]: # (leaves: なぜなら)\n"


def test_who_says_so_may_leave_something_and_has_to(play: Play) -> None:
    text = f"{SAID}~console root\n# touch /etc/x\n~\n\n~console\n# true\n~\n\n"
    said, nothing = play(f"## A\n{text}## B\n{SAID}~console\n$ true\n~\n")
    assert told(said) == {}
    assert "has left nothing behind" in told(nothing)[13]


@pytest.mark.parametrize("leftovers", ["tell"])
def test_a_book_may_want_to_be_told_only(play: Play, leftovers: str) -> None:
    (result,) = play("## A\n~console\n$ cd /tmp\n~\n\n")
    assert result.passed
    assert result.left == ((3, "terminal: directory: /home/reader → /tmp"),)


def test_a_file_that_the_front_matter_gives_is_none_until_a_step_changes_it(play: Play) -> None:
    given = "---\nmachine:\n  files: {/etc/given: b}\n---\n"
    (left,) = play(f"{given}~console\n$ cat /etc/given; sudo touch /etc/other\nb\n~\n")
    ((line, what),) = told(left).items()
    assert line == 6
    assert "for the section after it: + file /etc/other;" in what
    (nothing,) = play(f"{given}[//]: # (leaves: x)\n~console\n$ true\n~\n")
    assert "has left nothing behind" in told(nothing)[6]
    (changed,) = play(f"{given}~console\n$ echo c | sudo tee -a /etc/given\nc\n~\n")
    ((line, what),) = told(changed).items()
    assert line == 6
    assert "/etc/given" in what
