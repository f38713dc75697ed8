"""unshare(2) で新しいTime名前空間を作り、boottimeを7日進めてから、子を生む。

実行: sudo python3 unshare_time.py
"""

import os
import sys
import time

DAY = 24 * 60 * 60
START = time.clock_gettime(time.CLOCK_BOOTTIME)


def show(label: str) -> None:
    own = os.readlink("/proc/self/ns/time")
    children = os.readlink("/proc/self/ns/time_for_children")
    shift = round((time.clock_gettime(time.CLOCK_BOOTTIME) - START) / DAY)
    print(f"{label:<8}{own} for_children={children} {shift:+d} days", flush=True)


def main() -> None:
    show("before")
    try:
        os.unshare(os.CLONE_NEWTIME)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    # ここで書く。子が生まれるかexecしたあとでは、もう書けない
    fd = os.open("/proc/self/timens_offsets", os.O_WRONLY)
    try:
        os.write(fd, f"boottime {7 * DAY} 0\n".encode())
    except OSError as e:
        sys.exit(f"timens_offsets: {e.strerror}")
    os.close(fd)
    show("unshare")  # 自分はまだ元の名前空間にいる

    pid = os.fork()
    if pid == 0:
        show("child")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
