"""演習: ソケットだけがつなぎとめるネットワーク名前空間は、listns(2) に見えるか。

実行: sudo python3 pinned.py
"""

import ctypes
import fcntl
import os
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
SYS_LISTNS = 470  # include/uapi/asm-generic/unistd.h（6.19以降）
SIOCGSKNS = 0x894C  # <linux/sockios.h>


def count() -> int:
    """見せてもらえるネットワーク名前空間の数。"""
    request = struct.pack("=IIQIIQ", 32, 0, 0, os.CLONE_NEWNET, 0, 0)
    ids, size, flags = (ctypes.c_uint64 * 64)(), ctypes.c_size_t(64), ctypes.c_uint(0)
    LIBC.syscall.restype = ctypes.c_long
    n: int = LIBC.syscall(ctypes.c_long(SYS_LISTNS), request, ids, size, flags)
    if n < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return n


def main() -> None:
    before = count()
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    os.unshare(os.CLONE_NEWNET)
    print("inside     ", count() - before)
    sock = socket.socket()
    os.setns(home)
    print("socket only", count() - before)
    fd = fcntl.ioctl(sock, SIOCGSKNS)
    print("opened     ", count() - before)
    os.close(fd)
    print("closed     ", count() - before)


main()
