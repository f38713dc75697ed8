"""clone3(2) の CLONE_INTO_CGROUP で、はじめから別のcgroupにいる子を作る。

フラグの組を変えて、子から見た自分とinitのパスを比べる。
実行: sudo python3 clone_cgroup.py
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

SYS_CLONE3 = 435  # x86-64でもarm64でも同じ
CLONE_INTO_CGROUP = 0x200000000  # <linux/sched.h>。32ビットに収まらず、clone(2) では渡せない
DEMO = Path("/sys/fs/cgroup/demo")


class CloneArgs(ctypes.Structure):
    """clone3(2) の struct clone_args（cgroupのある3番目の版、88バイト）。"""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal"),
            *("stack", "stack_size", "tls", "set_tid", "set_tid_size", "cgroup"),
        )
    ]


def clone3(flags: int, cgroup: int) -> int:
    """os.fork() にフラグと、子の生まれるcgroupを足したもの。"""
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD, cgroup=cgroup)
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


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/cgroup")
    path = {p: Path(f"/proc/{p}/cgroup").read_text().split("0::")[1].strip() for p in ("self", "1")}
    print(f"{label:<10}{ns}  self={path['self']:<6} init={path['1']}", flush=True)


def born(label: str, flags: int, cgroup: int) -> None:
    """子を作り、子から見えるものを表示させ、終わるまで待つ。"""
    try:
        pid = clone3(flags, cgroup)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    if pid == 0:
        show(label)
        os._exit(0)
    os.waitpid(pid, 0)


def main() -> None:
    DEMO.mkdir(exist_ok=True)
    fd = os.open(DEMO, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    show("parent")
    born("NEW", os.CLONE_NEWCGROUP, 0)
    born("INTO", CLONE_INTO_CGROUP, fd)
    born("INTO|NEW", CLONE_INTO_CGROUP | os.CLONE_NEWCGROUP, fd)
    DEMO.rmdir()


main()
