"""親に先立たれたプロセスの、新しい親は誰か。

実行: sudo python3 orphans.py
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_CHILD_SUBREAPER = 36


def orphan() -> int:
    """子に孫を作らせ、子が終わったあとの、孫のgetppid(2) を返す。"""
    waiting, orphaned = os.pipe()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.close(orphaned)
            os.read(waiting, 1)  # 子が終わり、パイプが閉じられるまで待つ
            os.write(writer, str(os.getppid()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(orphaned)
    return int(os.read(reader, 16))


def subreaper_orphan() -> int:
    if LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return orphan()


def show(label: str, action: Callable[[], int]) -> None:
    own = f"{os.getpid()}, parent {os.getppid()}"
    print(f"{label:<20}{own:<18}orphan's parent {action()}", flush=True)


def in_child(label: str, action: Callable[[], int]) -> None:
    pid = os.fork()
    if pid == 0:
        show(label, action)
        os._exit(0)
    os.waitpid(pid, 0)


def main() -> None:
    try:
        os.unshare(os.CLONE_NEWPID)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    reader, writer = os.pipe()
    init = os.fork()
    if init == 0:
        in_child("inside", orphan)
        in_child("inside, subreaper", subreaper_orphan)
        os.write(writer, b"x")
        signal.pause()
    os.read(reader, 1)
    in_child("entered", orphan)  # initのあとに生まれた、外に親を持つ子
    show("outside, subreaper", subreaper_orphan)
    os.kill(init, signal.SIGKILL)
    os.waitpid(init, 0)


main()
