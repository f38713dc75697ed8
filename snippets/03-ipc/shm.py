"""System V共有メモリに文字列を書いて終わる（put）。または、読む（get）。

実行: python3 shm.py put 文字列
      python3 shm.py get
"""

import ctypes
import os
import sys

KEY, SIZE = 0x2026, 4096
IPC_CREAT, IPC_EXCL = 0o1000, 0o2000
FAILED = ctypes.c_void_p(-1).value  # shmat(2) の失敗は (void *)-1
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def attach(size: int, flags: int) -> int:
    """共有メモリを付けた先のアドレス。"""
    shmid = LIBC.shmget(KEY, ctypes.c_size_t(size), flags)
    if shmid < 0:
        sys.exit(f"shmget: {os.strerror(ctypes.get_errno())}")
    address = LIBC.shmat(shmid, None, 0)
    if address == FAILED:
        sys.exit(f"shmat: {os.strerror(ctypes.get_errno())}")
    return address


# --8<-- [start:main]
def main() -> None:
    match sys.argv[1:]:
        case ["put", text]:
            address = attach(SIZE, IPC_CREAT | IPC_EXCL | 0o600)
            data = text.encode()[: SIZE - 1]
            ctypes.memmove(address, data, len(data))
        case ["get"]:
            address = attach(0, 0)
        case _:
            sys.exit(f"usage: {sys.argv[0]} put TEXT | get")
    print(ctypes.string_at(address).decode())
    # --8<-- [end:main]


main()
