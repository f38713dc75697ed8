"""はじめから別のマウント名前空間にいる子プロセスを作る。

実行: sudo python3 clone_mnt.py（clone3.py を同じディレクトリに置く）
"""

import ctypes
import os
import sys

from clone3 import clone3

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18


def check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/mnt")
    print(f"{label:<8}{ns}  /mnt: {os.listdir('/mnt')}")


# --8<-- [start:use]
def child() -> None:
    flags = ctypes.c_ulong(MS_REC | MS_PRIVATE)
    check(LIBC.mount(b"none", b"/", None, flags, None), "mount /")
    check(LIBC.mount(b"tmpfs", b"/mnt", b"tmpfs", ctypes.c_ulong(0), None), "mount /mnt")
    os.mkdir("/mnt/inner")
    show("child")


def main() -> None:
    try:
        pid = clone3(child, os.CLONE_NEWNS)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))
    # --8<-- [end:use]


main()
