"""System V共有メモリを作り、文字列を書いて終わる。共有メモリは残る。

実行: python3 put.py 文字列
"""

import ctypes
import os
import sys

KEY, SIZE = 0x2026, 4096
IPC_CREAT, IPC_EXCL = 0o1000, 0o2000

# 標準ライブラリにない関数なので、libcのものを直接呼ぶ
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmget.argtypes = ctypes.c_int, ctypes.c_size_t, ctypes.c_int
LIBC.shmat.argtypes = ctypes.c_int, ctypes.c_void_p, ctypes.c_int
LIBC.shmat.restype = ctypes.c_void_p  # 指定しないと、アドレスの上位32ビットが失われる
FAILED = ctypes.c_void_p(-1).value  # shmat(2) の失敗は (void *)-1


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} TEXT")
    text = sys.argv[1].encode()[: SIZE - 1]

    shmid = LIBC.shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0o600)
    if shmid < 0:
        sys.exit(f"shmget: {os.strerror(ctypes.get_errno())}")
    address = LIBC.shmat(shmid, None, 0)
    if address == FAILED:
        sys.exit(f"shmat: {os.strerror(ctypes.get_errno())}")
    ctypes.memmove(address, text, len(text))
    print(f"{KEY:#x}: id {shmid}, {text.decode()}")


main()
