"""clone3(2) で子を新しいPID名前空間に生み、ひとつのプロセスの2つのPIDを並べる。

実行: sudo python3 clone_pid.py
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

# clone3は新しいシステムコールなので、番号はx86-64でもarm64でも同じ435番
SYS_CLONE3 = 435


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
def main() -> None:
    reader, writer = os.pipe()
    try:
        pid = clone3(os.CLONE_NEWPID)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")

    if pid == 0:
        os.close(writer)
        os.read(reader, 1)  # 親が調べ終えてパイプを閉じるまで待つ
        print(f"child   getpid()={os.getpid()} getppid()={os.getppid()}", flush=True)
        os._exit(0)

    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    nspid = next(line for line in status if line.startswith("NSpid:"))
    print(f"parent  clone3()={pid}", *nspid.split(), flush=True)
    os.close(writer)
    _, code = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(code))


main()
# --8<-- [end:main]
