"""setns(2) で、すでにあるIPC名前空間に入る。

実行: sudo python3 setns_ipc.py /proc/PID/ns/ipc
"""

import ctypes
import os
import sys

KEY = 0x2026
FAILED = ctypes.c_void_p(-1).value
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def read() -> str:
    """キーKEYの共有メモリに書かれた文字列。なければエラーの説明を返す。"""
    shmid = LIBC.shmget(KEY, ctypes.c_size_t(0), 0)
    address = LIBC.shmat(shmid, None, 0) if shmid >= 0 else FAILED
    if address == FAILED:
        return os.strerror(ctypes.get_errno())
    return ctypes.string_at(address).decode()


def show(label: str) -> None:
    print(f"{label:<8}{os.readlink('/proc/self/ns/ipc')}  {read()}")


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/ipc")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWIPC)  # IPC以外のファイルならEINVAL
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("after")
    # --8<-- [end:main]


main()
