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


# --8<-- [start:main]
def net_of_socket(pid: int, fd: int) -> int:
    """プロセスのfd番のソケットが属するネットワーク名前空間を、開いたもの。"""
    pidfd = os.pidfd_open(pid)
    sock = LIBC.syscall(ctypes.c_long(SYS_PIDFD_GETFD), pidfd, fd, 0)
    error = ctypes.get_errno()
    os.close(pidfd)
    if sock < 0:
        raise OSError(error, f"pidfd_getfd: {os.strerror(error)}")
    try:
        return fcntl.ioctl(sock, SIOCGSKNS)
    finally:
        os.close(sock)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PID FD")
    try:
        fd = net_of_socket(int(sys.argv[1]), int(sys.argv[2]))
    except OSError as e:
        sys.exit(f"sockns: {e.strerror}")
    print("socket ", os.readlink(f"/proc/self/fd/{fd}"))
    print("process", os.readlink(f"/proc/{sys.argv[1]}/ns/net"))


if __name__ == "__main__":
    main()
    # --8<-- [end:main]
