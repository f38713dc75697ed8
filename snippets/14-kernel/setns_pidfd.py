"""プロセスを指すpidfdを setns(2) に渡し、何種類もの名前空間に一度に入る。

実行: sudo python3 setns_pidfd.py PID 種類...   （例: 1234 uts ipc net）
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


def show(label: str, kinds: list[str]) -> None:
    print(label, *(os.readlink(f"/proc/self/ns/{kind}") for kind in kinds))


def main() -> None:
    if len(sys.argv) < 3 or not set(sys.argv[2:]) <= set(KINDS):
        sys.exit(f"usage: {sys.argv[0]} PID KIND...")
    pid, kinds = int(sys.argv[1]), sys.argv[2:]

    flags = 0
    for kind in kinds:
        flags |= KINDS[kind]
    show("before", kinds)
    try:
        pidfd = os.pidfd_open(pid)
        os.setns(pidfd, flags)  # 全部に入れるか、1つも変わらないか
    except OSError as e:
        sys.exit(f"setns: {e.strerror}")
    show("after ", kinds)


main()
