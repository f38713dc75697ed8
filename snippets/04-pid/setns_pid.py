"""setns(2) で子の行き先を、すでにあるPID名前空間にする。

実行: sudo python3 setns_pid.py /proc/PID/ns/pid
"""

import os
import sys


def show(label: str) -> None:
    own = os.readlink("/proc/self/ns/pid")
    children = os.readlink("/proc/self/ns/pid_for_children")
    print(f"{label:<8}pid={os.getpid()} ns={own} children={children}", flush=True)


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/pid")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWPID)  # PID以外のファイルや、祖先の名前空間ならEINVAL
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("setns")

    try:
        pid = os.fork()
    except OSError as e:
        sys.exit(f"fork: {e.strerror}")  # PID 1がもういなければENOMEM
    if pid == 0:
        print(f"{'child':<8}pid={os.getpid()} ppid={os.getppid()}", flush=True)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
# --8<-- [end:main]
