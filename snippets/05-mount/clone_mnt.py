"""clone3(2) で、はじめから別のマウント名前空間にいる子プロセスを作る。

実行: sudo python3 clone_mnt.py
"""

import ctypes
import os
import signal
import sys

LIBC = ctypes.PyDLL(None, use_errno=True)
SYS_CLONE3 = 435  # x86-64でもarm64でも同じ
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18


def check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def clone3(flags: int) -> int:
    """os.fork() に名前空間のフラグを足したもの。親には子のPID、子には0を返す。"""
    # struct clone_args: flags、pidfd、child_tid、parent_tid、exit_signal、stack、stack_size、tls
    args = (ctypes.c_uint64 * 8)(flags, 0, 0, 0, signal.SIGCHLD)
    LIBC.syscall.restype = ctypes.c_long
    ctypes.pythonapi.PyOS_BeforeFork()
    pid: int = LIBC.syscall(ctypes.c_long(SYS_CLONE3), args, ctypes.c_size_t(64))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    return check(pid, "clone3")


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/mnt")
    print(f"{label:<8}{ns}  /mnt: {os.listdir('/mnt')}", flush=True)


# --8<-- [start:use]
def child() -> None:
    flags = ctypes.c_ulong(MS_REC | MS_PRIVATE)
    check(LIBC.mount(b"none", b"/", None, flags, None), "mount /")
    check(LIBC.mount(b"tmpfs", b"/mnt", b"tmpfs", ctypes.c_ulong(0), None), "mount /mnt")
    os.mkdir("/mnt/inner")
    show("child")


def main() -> None:
    try:
        pid = clone3(os.CLONE_NEWNS)
        if pid == 0:
            child()
            os._exit(0)
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))
    # --8<-- [end:use]


main()
