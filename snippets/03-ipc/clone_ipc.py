"""はじめから別のIPC名前空間にいる子プロセスを作る。

実行: sudo python3 clone_ipc.py（clone3.py を同じディレクトリに置く）
"""

import ctypes
import os
import sys

from clone3 import clone3

KEY, IPC_CREAT, IPC_EXCL = 0x2026, 0o1000, 0o2000
LIBC = ctypes.CDLL(None, use_errno=True)


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
    print(f"{label:<8}{os.readlink('/proc/self/ns/ipc')}  {found}")


def child() -> None:
    msgget(IPC_CREAT | IPC_EXCL | 0o600)
    show("child")


def main() -> None:
    try:
        pid = clone3(child, os.CLONE_NEWIPC)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))
    # --8<-- [end:main]


main()
