"""nsenter -a で入ったプロセスが、相手と同じにならないものを並べる。

実行: sudo python3 not_joined.py
"""

import os
import subprocess
import sys
from pathlib import Path

# --8<-- [start:core]
STATUS = ("CapBnd", "NoNewPrivs")
KINDS = ("mnt", "uts", "ipc", "net", "pid", "user", "cgroup", "time")
# 相手: UTSとIPCを分け、特権と資源を絞り、環境変数を1つだけ持つ
TARGET = """
mkdir -p /sys/fs/cgroup/box && echo $$ > /sys/fs/cgroup/box/cgroup.procs
ulimit -n 100
echo 500 > /proc/self/oom_score_adj
cd /tmp
exec env -i ONLY=target unshare -ui setpriv --bounding-set=-all,+chown --no-new-privs \\
  sh -c 'echo; kill -STOP $$'
"""


def describe(pid: int | str) -> dict[str, str]:
    proc = Path("/proc") / str(pid)
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines())
    environ = (proc / "environ").read_bytes().split(b"\0")
    limits = (proc / "limits").read_text().splitlines()
    return {
        "namespaces": " ".join(
            kind for kind in KINDS if not os.path.samefile(proc / "ns" / kind, f"/proc/1/ns/{kind}")
        ),
        "environment ONLY": "yes" if b"ONLY=target" in environ else "no",
        "cwd": os.readlink(proc / "cwd"),
        **{name: status[name] for name in STATUS},
        "Max open files": next(line for line in limits if "open files" in line).split()[3],
        "oom_score_adj": (proc / "oom_score_adj").read_text().strip(),
        "cgroup": (proc / "cgroup").read_text().strip(),
    }


# --8<-- [end:core]


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """コマンドを始め、1行めが出るまで待つ。"""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    if process.stdout is None or not process.stdout.read(1):
        raise ChildProcessError("the command has failed")
    return process


def enter(pid: int, *options: str) -> dict[str, str]:
    command = ["nsenter", "-t", str(pid), "-F", *options, "sh", "-c", "echo; kill -STOP $$"]
    with start(command) as entered:
        answer = describe(entered.pid)
        entered.kill()
    return answer


def main() -> None:
    Path("/sys/fs/cgroup/cgroup.procs").write_text("0")  # 木のルートから入る
    with start(["sh", "-c", TARGET]) as target:
        there = describe(target.pid)
        plain = enter(target.pid, "-a")
        more = enter(target.pid, "-a", "-e", "-w", "-c")
        target.kill()
    os.rmdir("/sys/fs/cgroup/box")
    print(f"{'':<17} {'target':<17} {'nsenter -a':<17} nsenter -a -e -w -c")
    for name, value in there.items():
        print(f"{name:<17} {value:<17} {plain[name]:<17} {more[name]}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 not_joined.py")
main()
