"""Which cause 15's diagnose.sh names in which state: /proc here is a folder, so that states can be
made that no machine of ours has (Ubuntu's sysctl, memory in cgroup v1, a kernel without time)."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "snippets/15-troubleshooting/diagnose.sh"
KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
FULL = "0 0 4294967295"
NOTHING = ["この状態からは、原因がわからない"]
MOUNTS = """21 1 8:1 / / rw - ext4 /dev/sda1 rw
22 21 0:5 / /proc rw - proc proc rw
23 21 0:6 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
"""
USER = {"self/status": "Uid:\t{uid}\nCapEff:\t0\nNSpid:\t1\nThreads:\t1\nSeccomp:\t0\n"}
CAPABLE = {
    "self/status": "Uid:\t{uid}\nCapEff:\t1ffffffffff\nNSpid:\t1\nThreads:\t1\nSeccomp:\t0\n"
}


def state(proc: Path, changes: Mapping[str, str | None]) -> None:
    """A root's process in which nothing is wrong, but for `changes` (None takes a file away)."""
    files: dict[str, str | None] = {
        **CAPABLE,
        "self/uid_map": f"{FULL}\n",
        "self/gid_map": f"{FULL}\n",
        "self/setgroups": "allow\n",
        "self/mountinfo": MOUNTS,
        "self/cgroup": "0::/\n",
        "self/net/fib_trie": "127.0.0.1\n",
        "self/attr/current": "unconfined\n",
        "sys/kernel/unprivileged_userns_clone": "1\n",
        "self/ns/pid_for_children": "pid:[1]",
        **{f"self/ns/{kind}": f"{kind}:[1]" for kind in KINDS},
        **{f"sys/user/max_{kind}_namespaces": "9999\n" for kind in KINDS},
    }
    for name, text in {**files, **changes}.items():
        if text is None:
            continue
        path = proc / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("self/ns/"):  # links of the same text are the same namespace
            (target := proc / text).touch()
            path.symlink_to(target)
        else:
            path.write_text(text.format(uid=os.geteuid()))
    (proc / "self/root").symlink_to("/")
    (proc / "1").symlink_to(proc / "self")


CASES: dict[str, tuple[str, Mapping[str, str | None], str]] = {
    "no capability": ("EPERM", USER, "CAP_SYS_ADMINがない"),
    "seccomp": (
        "unshare: unshare failed: Operation not permitted",
        {"self/status": CAPABLE["self/status"].replace("Seccomp:\t0", "Seccomp:\t2")},
        "seccompのフィルタが付いている",
    ),
    "AppArmor": ("EPERM", {"self/attr/current": "x (enforce)\n"}, "プロファイル x の中にいる"),
    "Ubuntu": (
        "EPERM",
        USER | {"sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"},
        "UbuntuのAppArmorが",
    ),
    "Debian": ("EPERM", USER | {"sys/kernel/unprivileged_userns_clone": "0\n"}, "Debianの設定が"),
    "chroot": ("EPERM", {"self/mountinfo": ""}, "chrootの中に"),
    "owned by another": ("EPERM", {"self/uid_map": "0 1000 1\n"}, "特権が届くのは"),
    "limit": ("No space left on device", {"sys/user/max_net_namespaces": "0\n"}, "max_net_namesp"),
    "depth": ("ENOSPC", {}, "上限には余裕がある"),
    "kind": ("Invalid argument", {"self/ns/time": None}, "名前空間 time がない"),
    "setgroups": ("EPERM", {"self/gid_map": "\n"}, "gid_mapが空で、setgroupsがallow"),
    "PID 1": ("Cannot allocate memory", {"self/ns/pid_for_children": "pid:[2]"}, "PID 1がいない"),
    "old proc": (
        "lookup self",
        {"self/status": CAPABLE["self/status"].replace("NSpid:\t1", "NSpid:\t1\t7")},
        "/proc が、自分のいるPID名前空間のものでない",
    ),
    "masked proc": (
        "mount: permission denied",
        {"self/mountinfo": MOUNTS + "24 22 0:5 /null /proc/kcore rw - devtmpfs dev rw\n"},
        "/proc の一部が隠してある",
    ),
    "shared": (
        "pivot_root: Invalid argument",
        {"self/mountinfo": MOUNTS.replace("rw - ext4", "rw shared:1 - ext4")},
        "/ がshared",
    ),
    "rootfs": (
        "pivot_root: Invalid argument",
        {"self/mountinfo": MOUNTS.replace("ext4 /dev/sda1", "rootfs rootfs")},
        "/ がinitramfsのrootfs",
    ),
    "lo": ("Network is unreachable", {"self/net/fib_trie": "\n"}, "loが起きていない"),
    "outside": ("ENOENT", {"self/cgroup": "0::/../x\n"}, "cgroup名前空間のルートの外にいる"),
    "old mount": (
        "ENOENT",
        {"self/mountinfo": MOUNTS.replace("0:6 /", "0:6 /..")},
        "cgroup名前空間の外まで見せている",
    ),
    "v1": ("ENOENT", {"self/cgroup": "9:memory:/\n1:name=x:/\n0::/\n"}, "memory がcgroup v1の"),
}


def diagnose(folder: Path, *words: str) -> tuple[list[str], int]:
    script = folder / "diagnose.sh"
    script.write_text(SOURCE.read_text("utf-8").replace("/proc", f"{folder}/proc"), "utf-8")
    ran = subprocess.run(["bash", script, *words], capture_output=True, text=True, cwd="/usr")
    assert not ran.stderr
    return [line.replace(str(folder), "") for line in ran.stdout.splitlines()], ran.returncode


@pytest.mark.parametrize("case", CASES)
def test_each_state_has_its_cause(tmp_path: Path, case: str) -> None:
    message, changes, cause = CASES[case]
    state(tmp_path / "proc", changes)
    lines, _ = diagnose(tmp_path, message)
    assert cause in lines[0], lines
    assert lines[1].startswith("    → ")
    # Of another error that no state of these explains, nothing is said
    assert diagnose(tmp_path, "EUSERS") == (NOTHING, 0)


def test_where_nothing_is_wrong_nothing_is_said(tmp_path: Path) -> None:
    state(tmp_path / "proc", {})
    for message in ("", "EPERM", "EINVAL", "ENOENT", "ENOMEM", "ESRCH", "EOVERFLOW"):
        assert diagnose(tmp_path, message) == (NOTHING, 0)


@pytest.mark.parametrize(
    ("outside", "said"),
    [("100000-100009", False), ("165536-165537", True), ("99999-100008", True)],
)
def test_a_range_is_compared_with_the_lines(tmp_path: Path, outside: str, said: bool) -> None:
    state(tmp_path / "proc", {})
    for kind in "ug":
        (tmp_path / f"sub{kind}id").write_text(f"other:1:9\n{os.geteuid()}:100000:65536\n")
    (tmp_path / "newuidmap").write_text("")
    (tmp_path / "newuidmap").chmod(0o4755)
    text = SOURCE.read_text("utf-8").replace("/etc/sub${kind}id", f"{tmp_path}/sub${{kind}}id")
    script = tmp_path / "diagnose.sh"
    script.write_text(text.replace("/proc", f"{tmp_path}/proc"), "utf-8")
    for kind in "ug":
        message = f"new{kind}idmap: {kind}id range [1-10) -> [{outside}) not allowed"
        ran = subprocess.run(
            ["bash", script, message],
            capture_output=True,
            text=True,
            cwd="/usr",
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        )
        assert not ran.stderr
        assert ("の行に収まらない" in ran.stdout) == said, ran.stdout
        assert (f"sub{kind}id の " in ran.stdout) == said


def test_who_has_ended_is_not_diagnosed(tmp_path: Path) -> None:
    state(tmp_path / "proc", {})
    assert diagnose(tmp_path, "EPERM", "999") == (["PID 999 のプロセスがいない"], 1)
