"""clone3(2) で、はじめから別のIPC名前空間にいる子プロセスを作る。

実行: sudo python3 clone_ipc.py
"""

import ctypes
import os
import signal
import sys

# clone3は新しいシステムコールなので、番号はx86-64でもarm64でも同じ435番
SYS_CLONE3 = 435
KEY, IPC_CREAT, IPC_EXCL = 0x2026, 0o1000, 0o2000
LIBC = ctypes.CDLL(None, use_errno=True)


class CloneArgs(ctypes.Structure):
    """clone3(2) の struct clone_args（最初の版、64バイト）。"""

    _fields_ = [
        ("flags", ctypes.c_uint64),
        ("pidfd", ctypes.c_uint64),
        ("child_tid", ctypes.c_uint64),
        ("parent_tid", ctypes.c_uint64),
        ("exit_signal", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("stack_size", ctypes.c_uint64),
        ("tls", ctypes.c_uint64),
    ]


def clone3(flags: int) -> int:
    """os.fork() に名前空間のフラグを足したもの。親には子のPID、子には0を返す。"""
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD)
    number, size = ctypes.c_long(SYS_CLONE3), ctypes.c_size_t(ctypes.sizeof(args))
    # PyDLLはGILを手放さずに呼び出す。PyOS_で始まる3つは、os.fork() もする準備と後始末
    syscall = ctypes.PyDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = syscall(number, ctypes.byref(args), size)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return pid


# --8<-- [start:main]
def msgget(flags: int) -> int:
    """msgget(2)。キーKEYのメッセージキューのIDを返す。"""
    msqid: int = LIBC.msgget(KEY, flags)
    if msqid < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return msqid


def show(label: str) -> None:
    try:
        found = f"id {msgget(0)}"
    except OSError as e:
        found = e.strerror
    print(f"{label:<8}{os.readlink('/proc/self/ns/ipc')}  {found}", flush=True)


def main() -> None:
    try:
        pid = clone3(os.CLONE_NEWIPC)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")

    if pid == 0:
        msgget(IPC_CREAT | IPC_EXCL | 0o600)
        show("child")
        os._exit(0)

    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))
    # --8<-- [end:main]


main()
