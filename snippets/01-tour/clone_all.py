"""clone3(2) で、8種類すべての名前空間が新しい子プロセスを作る。

実行: sudo python3 clone_all.py
"""

import ctypes
import os
import signal
import sys

SYS_CLONE3 = 435  # 番号はx86-64でもarm64でも同じ
FLAGS = (
    os.CLONE_NEWNS
    | os.CLONE_NEWUTS
    | os.CLONE_NEWIPC
    | os.CLONE_NEWPID
    | os.CLONE_NEWNET
    | os.CLONE_NEWUSER
    | os.CLONE_NEWCGROUP
    | os.CLONE_NEWTIME
)


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


def links() -> dict[str, str]:
    return {name: os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")}


def show(label: str, before: dict[str, str]) -> None:
    changed = sum(target != before[name] for name, target in links().items())
    pid = ", pid 1" if os.getpid() == 1 else ""
    print(f"{label}: {changed} links changed, uid {os.getuid()}{pid}", flush=True)


def main() -> None:
    before = links()
    try:
        pid = clone3(FLAGS)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    if pid == 0:
        show("child ", before)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    show("parent", before)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
