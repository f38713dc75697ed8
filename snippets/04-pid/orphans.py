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


def fork(action: Callable[[], object]) -> int:
    """actionをする子を生み、そのPIDを返す。子は、失敗しても、ここから先へは戻らない。"""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except Exception as e:
            print(f"orphans: {e}", file=sys.stderr)
        finally:
            os._exit(0)
    return pid


def orphan() -> int:
    """子に孫を作らせ、子が終わったあとの、孫のgetppid(2) を返す。"""
    waiting, orphaned = os.pipe()
    reader, writer = os.pipe()

    def grandchild() -> None:
        os.close(orphaned)
        os.read(waiting, 1)  # 子が終わり、パイプが閉じられるまで待つ
        os.write(writer, str(os.getppid()).encode())

    os.waitpid(fork(lambda: fork(grandchild)), 0)
    os.close(orphaned)
    os.close(writer)  # 閉じないと、孫が書かずに死んだとき、次のreadが終わらない
    return int(os.read(reader, 16) or -1)


def subreaper_orphan() -> int:
    if LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return orphan()


def show(label: str, action: Callable[[], int]) -> None:
    own = f"{os.getpid()}, parent {os.getppid()}"
    print(f"{label:<20}{own:<18}orphan's parent {action()}", flush=True)


def in_child(label: str, action: Callable[[], int]) -> None:
    os.waitpid(fork(lambda: show(label, action)), 0)


def main() -> None:
    try:
        os.unshare(os.CLONE_NEWPID)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    reader, writer = os.pipe()

    def first() -> None:
        in_child("inside", orphan)
        in_child("inside, subreaper", subreaper_orphan)
        os.write(writer, b"x")
        signal.pause()

    init = fork(first)
    os.close(writer)
    if not os.read(reader, 1):
        sys.exit("orphans: init has ended")
    in_child("entered", orphan)  # initのあとに生まれた、外に親を持つ子
    show("outside, subreaper", subreaper_orphan)
    os.kill(init, signal.SIGKILL)
    os.waitpid(init, 0)


main()
