"""ほかのプロセスのソケットを写し取り、それがどのネットワーク名前空間のものかを調べる。

実行: sudo python3 sockns.py PID FD
"""

import ctypes
import fcntl
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
SYS_PIDFD_GETFD = 438  # x86-64でもarm64でも同じ
SIOCGSKNS = 0x894C  # <linux/sockios.h>


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PID FD")
    pidfd = os.pidfd_open(int(sys.argv[1]))
    sock = LIBC.syscall(ctypes.c_long(SYS_PIDFD_GETFD), pidfd, int(sys.argv[2]), 0)
    if sock < 0:
        sys.exit(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
    try:
        print("socket ", os.readlink(f"/proc/self/fd/{fcntl.ioctl(sock, SIOCGSKNS)}"))
    except OSError as e:
        sys.exit(f"SIOCGSKNS: {e.strerror}")
    print("process", os.readlink(f"/proc/{sys.argv[1]}/ns/net"))


main()
