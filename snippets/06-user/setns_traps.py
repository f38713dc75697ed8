"""ユーザー名前空間に移れない場面を集めて、エラーを並べる。

実行: python3 setns_traps.py（clone3.py を同じディレクトリに置く）
"""

import errno
import os
import signal
import threading
import time
from collections.abc import Callable

from clone3 import clone3

CLONE_FS = 0x200


def report(label: str, operation: Callable[[], object]) -> None:
    pid = os.fork()  # 移る操作が次に響かないよう、子で行う
    if pid == 0:
        try:
            operation()
            result = "ok"
        except OSError as e:
            result = errno.errorcode[e.errno or 0]
        print(f"{label:<26}{result}", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)


def open_ns(pid: int | str) -> int:
    return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)


# --8<-- [start:cases]
def enter(fd: int) -> None:
    os.setns(fd, os.CLONE_NEWUSER)


def leave() -> None:
    outer = open_ns("self")
    os.unshare(os.CLONE_NEWUSER)
    enter(outer)


def with_thread(operation: Callable[[], object]) -> None:
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
    operation()


def with_shared_fs(operation: Callable[[], object]) -> None:
    pid = clone3(signal.pause, CLONE_FS)  # ルートと作業ディレクトリを親と共有する子
    try:
        operation()
    finally:
        os.kill(pid, signal.SIGKILL)


target = clone3(signal.pause, os.CLONE_NEWUSER)
inner = open_ns(target)
report("setns", lambda: enter(inner))
report("setns, own namespace", lambda: enter(open_ns("self")))
report("setns, the parent", leave)
report("setns, two threads", lambda: with_thread(lambda: enter(inner)))
report("setns, CLONE_FS shared", lambda: with_shared_fs(lambda: enter(inner)))
report("unshare, two threads", lambda: with_thread(lambda: os.unshare(os.CLONE_NEWUSER)))
report("unshare, CLONE_FS shared", lambda: with_shared_fs(lambda: os.unshare(os.CLONE_NEWUSER)))
report("clone3, with CLONE_FS", lambda: clone3(signal.pause, os.CLONE_NEWUSER | CLONE_FS))
os.kill(target, signal.SIGKILL)
# --8<-- [end:cases]
