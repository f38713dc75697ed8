"""子プロセスを、はじめから新しい名前空間に生む。clone3(2) をPythonから呼ぶモジュール。"""

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence

SYS_CLONE3 = 435  # 新しいシステムコールなので、x86-64でもarm64でも同じ番号
FIELDS = (
    *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size"),
    *("tls", "set_tid", "set_tid_size", "cgroup"),
)
SYSCALL = ctypes.PyDLL(None, use_errno=True).syscall  # PyDLLは、GILを手放さずに呼び出す
SYSCALL.restype = ctypes.c_long


class CloneArgs(ctypes.Structure):
    """struct clone_args（88バイトの版。Linux 5.7から）。"""

    _fields_ = [(name, ctypes.c_uint64) for name in FIELDS]


# --8<-- [start:use]
def clone3(
    child: Callable[[], object], flags: int, *, set_tid: Sequence[int] = (), cgroup: int = 0
) -> int:
    """childを子プロセスで呼び、そのPIDを返す。スレッドが1本のプロセスからだけ使う。

    子は、childが終わっても失敗しても、呼び出し元には戻らずに終わる。
    """
    # --8<-- [end:use]
    tids = (ctypes.c_int * len(set_tid))(*set_tid)
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD, cgroup=cgroup)
    if set_tid:
        args.set_tid, args.set_tid_size = ctypes.addressof(tids), len(tids)
    sys.stdout.flush()  # ためてある出力を、子も書き出してしまわないように
    ctypes.pythonapi.PyOS_BeforeFork()
    pid: int = SYSCALL(
        ctypes.c_long(SYS_CLONE3), ctypes.byref(args), ctypes.c_size_t(ctypes.sizeof(args))
    )
    if pid != 0:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
        if pid < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "clone3")
        return pid
    status = 1
    try:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        child()
        sys.stdout.flush()
        status = 0
    except OSError as e:
        print(f"child: {e.strerror}", file=sys.stderr)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)
