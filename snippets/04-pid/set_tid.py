"""clone3(2) のset_tidで、これから生まれる子のPIDを、名前空間ごとに決める。

実行: sudo unshare --fork --pid --mount-proc python3 set_tid.py
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

SYS_CLONE3 = 435
FIELDS = "flags pidfd child_tid parent_tid exit_signal stack stack_size tls set_tid set_tid_size"


class CloneArgs(ctypes.Structure):
    """clone3(2) の struct clone_args（2番目の版、80バイト。set_tidはLinux 5.5から）。"""

    _fields_ = [(name, ctypes.c_uint64) for name in FIELDS.split()]


def clone3(flags: int, *tids: int) -> int:
    """os.fork() に、フラグと、内側の名前空間から順に並べたPIDを足したもの。"""
    array = (ctypes.c_int * len(tids))(*tids)
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD)
    if tids:
        args.set_tid, args.set_tid_size = ctypes.addressof(array), len(tids)
    number, size = ctypes.c_long(SYS_CLONE3), ctypes.c_size_t(ctypes.sizeof(args))
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


# --8<-- [start:attempts]
def attempt(label: str, flags: int, *tids: int) -> None:
    try:
        pid = clone3(flags, *tids)
    except OSError as e:
        print(f"{label:<26}{e.strerror}", flush=True)
        return
    if pid == 0:
        lines = Path("/proc/self/status").read_text().splitlines()
        nspid = next(line for line in lines if line.startswith("NSpid:"))
        print(f"{label:<26}", " ".join(nspid.split()), sep="", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)


if os.getpid() != 1:
    sys.exit("新しいPID名前空間の1番として実行してください")
attempt("500", 0, 500)
attempt("next", 0)
attempt("1", 0, 1)
attempt("NEWPID: 1, 777", os.CLONE_NEWPID, 1, 777)
attempt("NEWPID: 5", os.CLONE_NEWPID, 5)
# --8<-- [end:attempts]
