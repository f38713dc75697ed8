"""演習: プロセスの持つソケットが、どのネットワーク名前空間のものかを一覧にする。

実行: sudo python3 sock_ns.py PID
"""

import ctypes
import fcntl
import os
import sys

SIOCGSKNS = 0x894C  # <linux/sockios.h>
SYS_PIDFD_GETFD = 438  # x86-64でもarm64でも同じ番号
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def pidfd_getfd(pidfd: int, number: int) -> int:
    """ほかのプロセスのファイルディスクリプタを、自分のところに複製する。"""
    args = (ctypes.c_long(n) for n in (SYS_PIDFD_GETFD, pidfd, number, 0))
    fd = LIBC.syscall(*args)
    if fd < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), f"fd {number}")
    return int(fd)


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    pid = int(sys.argv[1])
    print(f"process {os.readlink(f'/proc/{pid}/ns/net')}")
    pidfd = os.pidfd_open(pid)
    for number in sorted(map(int, os.listdir(f"/proc/{pid}/fd"))):
        if not os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
            continue
        fd = pidfd_getfd(pidfd, number)
        ns = fcntl.ioctl(fd, SIOCGSKNS)
        print(f"fd {number:<5}net:[{os.fstat(ns).st_ino}]")
        os.close(ns)
        os.close(fd)


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'sock_ns'}: {e.strerror}")
# --8<-- [end:main]
