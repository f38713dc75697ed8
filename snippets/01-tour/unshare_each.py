"""unshare(2) を種類ごとに呼び、/proc/self/ns のどのリンクが変わったかを表示する。

実行: sudo python3 unshare_each.py
"""

import os
import sys

KINDS = {
    "mnt": os.CLONE_NEWNS,
    "uts": os.CLONE_NEWUTS,
    "ipc": os.CLONE_NEWIPC,
    "pid": os.CLONE_NEWPID,
    "net": os.CLONE_NEWNET,
    "user": os.CLONE_NEWUSER,
    "cgroup": os.CLONE_NEWCGROUP,
    "time": os.CLONE_NEWTIME,
}


def links() -> dict[str, str]:
    """/proc/self/ns の10本のリンク。まだ行き先のないものは "-" とする。"""
    found = {}
    for name in sorted(os.listdir("/proc/self/ns")):
        try:
            found[name] = os.readlink(f"/proc/self/ns/{name}")
        except FileNotFoundError:
            found[name] = "-"
    return found


def changed(before: dict[str, str]) -> str:
    return " ".join(name for name, target in links().items() if target != before[name])


def run(label: str, flags: int) -> None:
    before = links()
    try:
        os.unshare(flags)
    except OSError as e:
        sys.exit(f"{label}: unshare: {e.strerror}")
    print(f"{label:<7} self  {changed(before)}", flush=True)

    pid = os.fork()
    if pid == 0:
        print(f"{'':<7} child {changed(before)}", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)


def main() -> None:
    everything = 0
    for flag in KINDS.values():
        everything |= flag
    for label, flags in {**KINDS, "all": everything}.items():
        pid = os.fork()  # 1種類ずつ、まっさらなプロセスで試す
        if pid == 0:
            run(label, flags)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            sys.exit(os.waitstatus_to_exitcode(status))


main()
