"""動いているプロセスの名前空間に、pidfdで一度に入って、コマンドを実行する。

違っている種類だけを選び、ルートもそのプロセスに合わせる。
実行: sudo python3 enter.py PID COMMAND...
"""

import os
import signal
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


# --8<-- [start:enter]
def differing(pid: int) -> int:
    """プロセスが自分と違う名前空間にいる種類の、フラグの和を返す。"""
    flags = 0
    for kind, flag in KINDS.items():
        if not os.path.samefile(f"/proc/{pid}/ns/{kind}", f"/proc/self/ns/{kind}"):
            flags |= flag
    return flags


def become_root() -> None:
    """入ったユーザー名前空間のrootになる。setgroupsが禁じられていれば、グループは捨てない。"""
    try:
        os.setgroups([])
    except PermissionError:
        print("enter: keeping supplementary groups", file=sys.stderr)
    os.setgid(0)
    os.setuid(0)


def enter(pid: int) -> int:
    """名前空間に入り、入った種類のフラグを返す。"""
    pidfd = os.pidfd_open(pid)
    root = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    flags = differing(pid)
    # ここまで生きているなら、/proc/PID は別のプロセスのものではなかった
    signal.pidfd_send_signal(pidfd, 0)
    if flags:
        os.setns(pidfd, flags)
    if flags & os.CLONE_NEWUSER:
        become_root()
    if flags & os.CLONE_NEWNS:
        os.fchdir(root)
        os.chroot(".")
    return flags


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PID COMMAND...")
    try:
        flags = enter(int(sys.argv[1]))
        if flags & os.CLONE_NEWPID:  # PID名前空間に入るのは、これから生まれる子
            child = os.fork()
            if child:
                _, status = os.waitpid(child, 0)
                code = os.waitstatus_to_exitcode(status)
                sys.exit(code if code >= 0 else 128 - code)
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as e:
        sys.exit(f"enter: {e.filename or sys.argv[1]}: {e.strerror}")


# --8<-- [end:enter]


main()
