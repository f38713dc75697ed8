"""名前空間を作る呼び出しが、どう断られるかを表示する。

実行: sudo python3 restricted.py
"""

import ctypes
import os
import struct
from signal import SIGCHLD

SYS_CLONE3 = 435  # どのアーキテクチャでも同じ番号
libc = ctypes.CDLL(None, use_errno=True)


def clone3(flags: int) -> int:
    """子はすぐに終わる。struct clone_args（<linux/sched.h>）の5つ目がexit_signal。"""
    arguments = struct.pack("=8Q", flags, 0, 0, 0, SIGCHLD, 0, 0, 0)
    child = libc.syscall(SYS_CLONE3, arguments, ctypes.c_size_t(len(arguments)))
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
    return child


for name, call, flags in (
    ("clone3, nothing new", clone3, 0),
    ("clone3, CLONE_NEWUTS", clone3, os.CLONE_NEWUTS),
    ("unshare, CLONE_NEWUTS", libc.unshare, os.CLONE_NEWUTS),
    ("unshare, CLONE_NEWNET", libc.unshare, os.CLONE_NEWNET),
):
    failed = call(flags) < 0
    print(f"{name:<22}", os.strerror(ctypes.get_errno()) if failed else "ok")
