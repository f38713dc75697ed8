"""The book's programs when something goes wrong: they end, say why, and leave nothing behind.

Each runs in one machine of the book's own image, as a reader who has copied the files that a
chapter names; what breaks is a function of Python's, or what is given to the program.
"""

from collections.abc import Callable

import pytest

Run = Callable[..., tuple[list[str], int]]

GRANDCHILD_DIES = """
#define _GNU_SOURCE
#include <unistd.h>
static int depth;
static pid_t fork_badly(void) {
    pid_t pid = fork();
    if (pid == 0 && ++depth == 2) _exit(9);
    return pid;
}
#define fork fork_badly
"""

CLONE_SUCCEEDS = """
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
static int clone_less(int (*child)(void *), void *stack, int flags, void *arg) {
    return clone(child, stack, flags & ~CLONE_NEWIPC, arg);
}
#define clone(child, stack, flags, arg) clone_less(child, stack, flags, arg)
__attribute__((destructor)) static void look(void) {
    puts(waitpid(-1, NULL, WNOHANG) < 0 ? "no child" : "a child");
}
"""

CGROUPS = "unshare -mC bash -c 'umount -R /sys/fs/cgroup; mount -t cgroup2 c /sys/fs/cgroup && "
"""A script for a program that makes cgroups begins so; it ends with an apostrophe."""

HUNG = 124  # of timeout(1)


@pytest.mark.parametrize(
    ("child", "said"),
    [
        ("os.listdir('/none')", "child: No such file or directory"),
        ("[][0]", "IndexError: list index out of range"),
        ("sys.exit(3)", ""),
    ],
)
def test_a_child_that_fails_never_runs_its_parents_code(run: Run, child: str, said: str) -> None:
    program = "import os, sys; from clone3 import clone3; print('once')\n"
    program += f"pid = clone3(lambda: {child}, 0)\n"
    program += "print('parent', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    lines, status = run(f'python3 -c "{program}"')
    assert (lines[0], lines[-1], status) == ("once", "parent 1", 0)
    assert (lines[-2] if said else "") == said
    assert lines.count("once") == lines.count("parent 1") == 1


@pytest.mark.parametrize(
    ("program", "broken", "said"),
    [
        ("clone_uts.py", "socket.sethostname = fail", "child: broken"),
        ("idmap.py /a /b '0 0 1'", "os.unshare = fail", "unshare: Operation not permitted"),
        ("idmap.py /a /b '0 0 1'", "os.unshare = die", "unshare: No child processes"),
        ("threads.py", "os.unshare = fail", "threads: broken"),
        ("threads.py", "os.unshare = die", ""),
        ("inside_outside.py", "subprocess.run = fail", "inside_outside: no report"),
        ("orphans.py", "os.write = fail", "orphans: init has ended"),
        ("orphans.py", "signal.pause = fail; os.waitpid = fail", "orphans: init has ended"),
    ],
)
def test_a_parent_doesnt_wait_for_a_child_that_has_failed(
    run: Run, program: str, broken: str, said: str
) -> None:
    lines, status = run(f"python3 {program}", broken)
    assert status not in (0, HUNG), lines
    assert not said or said in lines, lines


@pytest.mark.parametrize(
    ("program", "breaking", "last", "wanted"),
    [
        ("unshare_each", GRANDCHILD_DIES, "mnt     self  mnt", 1),
        ("sysvsem", CLONE_SUCCEEDS, "no child", 0),
    ],
)
def test_a_child_is_waited_for_and_its_status_counts(
    run: Run, program: str, breaking: str, last: str, wanted: int
) -> None:
    compiling = f"gcc -include breaking.h -o {program} {program}.c"
    lines, status = run(f"cat > breaking.h <<'END'\n{breaking}END\n{compiling}\n./{program}")
    assert (lines[-1], status) == (last, wanted), lines


@pytest.mark.parametrize(
    ("program", "broken"),
    [
        ("alive.py", "import pathlib; pathlib.Path.write_text = lambda *_: 0; os.open = fail"),
        ("threads.py", "os.open = fail"),
        ("matrix.py", "import json; json.loads = fail"),
    ],
)
def test_a_parent_that_fails_leaves_no_child(run: Run, program: str, broken: str) -> None:
    lines, _ = run(
        f"{CGROUPS}python3 {program}'\n"
        f"for i in {{1..20}}; do pgrep -f 'python3 {program}' > left || break; sleep 0.1; done\n"
        "grep -c . left",
        broken,
    )
    assert any("broken" in line for line in lines), lines
    assert lines[-1] == "0"


def test_what_failed_has_mounted_nothing_that_stays(run: Run) -> None:
    assert run("python3 inside_outside.py; grep -c proc /proc/mounts", "signal.pause = die")[0]
    assert run("grep ' /tmp/' /proc/mounts") == ([], 1)


def test_a_matrix_that_fails_leaves_the_host_as_it_was_and_runs_again(run: Run) -> None:
    script = "for i in 1 2; do python3 matrix.py; done; ls /sys/fs/cgroup | grep -c matrix'"
    state = "$(hostname; cat /proc/mounts)"
    lines, _ = run(f'before="{state}"\n{CGROUPS}{script}\ntest "$before" = "{state}" && echo same')
    # A machine of namespaces may not set the clock of the last column.
    assert lines == ["matrix: Operation not permitted"] * 2 + ["0", "same"]


@pytest.mark.parametrize("program", ["./minit", "python3 minit.py"])
def test_an_init_goes_on_when_it_cant_pass_a_signal_on(run: Run, program: str) -> None:
    lines, status = run(
        "gcc -o minit minit.c; mkfifo end\n"
        "other='setpriv --reuid=1000 --clear-groups cat end'\n"
        f"setpriv --bounding-set=-kill unshare -fp {program} $other 2> said & unshared=$!\n"
        "until pgrep -x -u 1000 cat; do :; done > /dev/null\n"
        "kill -USR1 $(pgrep -P $unshared)\n"
        "until grep kill: said; do :; done\n"
        ": > end; rm end; wait $unshared"
    )
    assert lines == ["minit: kill: Operation not permitted"]
    assert status == 0


def test_a_pid_is_a_number_and_a_verb_is_known(run: Run) -> None:
    names = "setns_pidfd pidfd_ns enter translate"
    lines, _ = run(
        f"for p in {names}; do gcc -Wall -Wextra -Wpedantic -o $p $p.c; done\n"
        "./setns_pidfd 1x uts; ./pidfd_ns 1 ''; ./enter -1 true\n"
        "./translate /proc/1/ns/pid in 2x; ./translate /proc/1/ns/pid to 1"
    )
    assert lines == [
        "before uts:" + lines[0].removeprefix("before uts:"),
        "setns_pidfd: 1x: not a PID",
        "pidfd_ns: : not a PID",
        "enter: -1: not a PID",
        "translate: 2x: not a PID",
        "translate: to: neither from nor in",
    ]


def test_uids_above_two_thousand_million_are_what_they_are(run: Run) -> None:
    lines, _ = run(
        "chmod 755 .; for p in unshare_user clone_user; do gcc -o $p $p.c\n"
        "setpriv --reuid=3000000000 --regid=3000000000 --clear-groups ./$p; done"
    )
    assert "uid=3000000000gid=3000000000" in lines[0]
    assert "uid=0     gid=0" in lines[2]
    assert lines[3] == "parent  uid=3000000000, child's uid=3000000000"


def test_an_owner_that_cant_be_asked_for_is_an_error(run: Run) -> None:
    lines, status = run(
        "gcc -o ns_owner ns_owner.c; ./ns_owner /etc/passwd; python3 ns_owner.py /none"
    )
    assert lines == [
        "ns_owner: /etc/passwd: Inappropriate ioctl for device",
        "/none: No such file or directory",
    ]
    assert status == 1
    deep = "unshare -Ur " * 4
    lines, status = run(
        f"{deep} sleep 9 & until [ $(cat /proc/$!/comm) = sleep ]; do :; done\n"
        "(ulimit -n 5; ./ns_owner /proc/$!/ns/user); s=$?; kill $!; exit $s"
    )
    assert ([line.split()[0].partition(":")[0] for line in lines], status) == (
        ["user"] * 5 + ["Operation"],
        0,
    )


def test_a_private_tmp_is_private_whatever_the_environment_says(run: Run) -> None:
    count = "grep -c ' /tmp ' /proc/mounts"
    lines, _ = run(f"export SUDO_USER=reader INSIDE=1\n{count}; ./private-tmp {count}; {count}")
    outside, inside, after = map(int, lines)
    assert (inside, after) == (outside + 1, outside)


def test_a_keeper_serves_others_beside_a_silent_client_and_starts_again(run: Run) -> None:
    lines, _ = run(
        "gcc -o fetch fetch.c; python3 keeper.py sock & until [ -S sock ]; do :; done\n"
        'python3 -c \'import socket, time; s = socket.socket(1, 5); s.connect("sock"); '
        "time.sleep(9)' & until [ $(grep -c sock$ /proc/net/unix) = 2 ]; do :; done\n"
        "./fetch sock box true; python3 keeper.py sock\n"
        "kill %1 %2; wait; python3 keeper.py sock & until ./fetch sock box true 2>&1 | "
        "grep nothing; do :; done; kill $!"
    )
    nothing = "fetch: box: nothing is kept by this name"
    assert lines == [nothing, "sock: Address already in use", nothing]


def test_a_target_that_cant_be_read_has_no_peers(run: Run) -> None:
    lines, status = run("setpriv --reuid=1000 --clear-groups python3 peers.py 1")
    assert status == 1
    assert lines == ["peers: /proc/1/ns/cgroup: Permission denied"]
    lines, status = run("python3 peers.py 99999999")
    assert (lines, status) == (["peers: /proc/99999999/ns/cgroup: No such file or directory"], 1)


def test_a_socket_hides_no_namespace_from_the_tree(run: Run) -> None:
    lines, _ = run(
        "unshare -i sleep 9 & pid=$!; until [ $(cat /proc/$pid/comm) = sleep ]; do :; done\n"
        "python3 -c 'import os, socket, sys; s = socket.socket(); os.open(sys.argv[1], 0); "
        "os.dup2(3, 5); print(flush=True); input()' /proc/$pid/ns/ipc < <(sleep 8) > up &\n"
        "until [ -s up ]; do :; done; kill $pid; wait $pid; python3 ns_tree.py; kill %2"
    )
    assert any("ipc:" in line and " fd 4 of " in line for line in lines), lines


def test_a_namespace_is_found_by_an_fd_whose_link_names_no_namespace(run: Run) -> None:
    """Opened through a bind mount that is gone, as `ip netns del` leaves one that is open."""
    lines, _ = run(
        "touch kept; unshare --net=kept true; exec 7< kept; inode=$(stat -Lc %i kept)\n"
        "umount -l kept; rm kept; readlink /proc/$$/fd/7\n"
        'python3 net_holders.py | grep -c "^$$ bash fd 7 net:.$inode]"\n'
        'python3 ns_tree.py | grep -c "net:.$inode] fd 7 of $$ bash"'
    )
    assert lines == ["/", "1", "1"]


@pytest.mark.parametrize(
    ("making", "said"),
    [
        ("gcc -o pin pin.c; ./pin /proc/999999/ns/uts", "pin: /proc/999999/ns/uts on"),
        ("python3 keeper.py", "precious: Address already in use"),
    ],
)
def test_a_file_that_was_there_before_stays(run: Run, making: str, said: str) -> None:
    lines, status = run(f"echo gold > precious; {making} precious; s=$?; cat precious; exit $s")
    assert (lines[0].startswith(said), lines[-1], status) == (True, "gold", 1), lines


@pytest.mark.parametrize(
    ("program", "broken", "said"),
    [
        ("07-network/inside_outside.py", "import json; json.dumps = fail", "no report"),
        ("sysctls.py", "os.unshare = fail", "PermissionError"),
    ],
)
def test_what_fails_puts_the_network_back(run: Run, program: str, broken: str, said: str) -> None:
    settings = "/proc/sys/net/ipv4/{ip_forward,tcp_rmem,ip_unprivileged_port_start}"
    state = f"$(ip -br link; nft list tables; grep -H . {settings}; ls /tmp; cat /proc/mounts)"
    lines, status = run(
        f'before="{state}"; python3 {program}; s=$?; test "$before" = "{state}" && echo same\n'
        "exit $s",
        broken,
    )
    assert (lines[-1], status) == ("same", 1), lines
    assert said in lines[-2]


def test_rules_of_maps_say_why_they_cant_be_tried(run: Run) -> None:
    lines, status = run("python3 map_rules.py", "os.unshare = fail")
    assert (lines[1:], status) == (["map_rules: unshare: broken"], 1), lines


def test_a_published_port_outlives_a_refusal_and_a_silent_client(run: Run) -> None:
    lines, _ = run(
        "echo hello > index.html; ip link set lo up\n"
        "unshare -n sh -c 'ip link set lo up; echo $$ > box; until [ -e go ]; do sleep 0.1; done; "
        "exec python3 -u -m http.server -b 127.0.0.1 80' > log 2>&1 &\n"
        "until [ -s box ]; do sleep 0.1; done; python3 publish.py 8080 $(cat box) 80 &\n"
        "until ss -Hltn sport = :8080 | grep -q 8080; do sleep 0.1; done\n"
        "fetch='busybox wget -q -O - http://127.0.0.1:8080'; $fetch\n"
        "touch go; until grep -q Serving log; do sleep 0.1; done\n"
        "(sleep 9 | nc 127.0.0.1 8080) &\n"
        "until ss -Htn dport = :8080 | grep -q 8080; do sleep 0.1; done\n"
        "$fetch; kill %1 %2 %3"
    )
    assert lines[0] == "publish: Connection refused"
    assert (lines[1].startswith("wget: error"), lines[2:]) == (True, ["hello"])
