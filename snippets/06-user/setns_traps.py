"""ユーザー名前空間に移れない場面を集めて、エラーを並べる。

実行: python3 setns_traps.py
"""

import ctypes
import errno
import os
import signal
import struct
import threading
import time
from collections.abc import Callable

SYS_CLONE3 = 435  # x86-64でもarm64でも同じ
CLONE_FS = 0x200
LIBC = ctypes.PyDLL(None, use_errno=True)


def clone3(flags: int) -> int:
    """clone3(2) を呼ぶ。子はすぐに待ちに入り、親に殺されるまで何もしない。"""
    args = struct.pack("8Q", flags, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    pid = LIBC.syscall(ctypes.c_long(SYS_CLONE3), args, ctypes.c_size_t(len(args)))
    if pid == 0:
        LIBC.pause()
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone3")
    return pid


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
    pid = clone3(CLONE_FS)  # 根と作業ディレクトリを親と共有する子
    try:
        operation()
    finally:
        os.kill(pid, signal.SIGKILL)


target = clone3(os.CLONE_NEWUSER)
inner = open_ns(target)
report("setns", lambda: enter(inner))
report("setns, own namespace", lambda: enter(open_ns("self")))
report("setns, the parent", leave)
report("setns, two threads", lambda: with_thread(lambda: enter(inner)))
report("setns, CLONE_FS shared", lambda: with_shared_fs(lambda: enter(inner)))
report("unshare, two threads", lambda: with_thread(lambda: os.unshare(os.CLONE_NEWUSER)))
report("unshare, CLONE_FS shared", lambda: with_shared_fs(lambda: os.unshare(os.CLONE_NEWUSER)))
report("clone3, with CLONE_FS", lambda: clone3(os.CLONE_NEWUSER | CLONE_FS))
os.kill(target, signal.SIGKILL)
# --8<-- [end:cases]
