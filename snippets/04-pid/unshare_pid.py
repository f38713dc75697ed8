"""unshare(2) のあとに生まれる子が、新しいPID名前空間のPID 1になる。

実行: sudo python3 unshare_pid.py
"""

import os
import sys


def children() -> str:
    """これから生まれる子のPID名前空間。まだ答えられない版では、エラーの名前。"""
    try:
        return os.readlink("/proc/self/ns/pid_for_children")
    except FileNotFoundError:
        return "ENOENT"


def show(label: str) -> None:
    own = os.readlink("/proc/self/ns/pid")
    # flushしておかないと、forkしたときに、たまった行を子も書き出してしまう
    print(f"{label:<8}pid={os.getpid()} ns={own} children={children()}", flush=True)


def main() -> None:
    show("before")
    try:
        os.unshare(os.CLONE_NEWPID)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    show("unshare")  # 自分は元の名前空間のまま。変わったのは子の行き先だけ

    pid = os.fork()
    if pid == 0:
        print(f"{'child':<8}pid={os.getpid()} ppid={os.getppid()}", flush=True)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    show("after")
    print(f"{'':<8}the child was {pid} here")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
