"""プロセスのいないネットワーク名前空間を、ファイルディスクリプタで生かしているプロセスを探す。

実行: sudo python3 net_holders.py
"""

import contextlib
import ctypes
import fcntl
import os
import stat
import sys
from pathlib import Path

SIOCGSKNS = 0x894C  # <linux/sockios.h>
NS_GET_NSTYPE = 0xB703  # <linux/nsfs.h>
SYS_PIDFD_GETFD = 438  # x86-64でもarm64でも同じ番号
NSFS = os.stat("/proc/self/ns/net").st_dev  # どの名前空間のファイルも、ここにある
LIBC = ctypes.CDLL(None, use_errno=True)


# --8<-- [start:main]
def copy(pid: int, number: int) -> int:
    """ほかのプロセスのfdを、自分のところに写したもの。"""
    pidfd = os.pidfd_open(pid)
    fd = LIBC.syscall(*map(ctypes.c_long, (SYS_PIDFD_GETFD, pidfd, number, 0)))
    error = ctypes.get_errno()
    os.close(pidfd)
    if fd < 0:
        raise OSError(error, f"pidfd_getfd: {os.strerror(error)}")
    return fd


def net_of(path: Path) -> int | None:
    """fdが指すネットワーク名前空間のinode番号。ソケットなら、作られたところのもの。"""
    status = path.stat()
    if status.st_dev != NSFS and not stat.S_ISSOCK(status.st_mode):
        return None
    fd = copy(int(path.parts[2]), int(path.name))
    try:
        if status.st_dev != NSFS:
            sock, fd = fd, fcntl.ioctl(fd, SIOCGSKNS)
            os.close(sock)
        is_net = fcntl.ioctl(fd, NS_GET_NSTYPE) == os.CLONE_NEWNET
        return os.fstat(fd).st_ino if is_net else None
    finally:
        os.close(fd)


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("rootで実行してください: sudo python3 net_holders.py")
    inhabited = set()
    for path in Path("/proc").glob("[0-9]*/task/*/ns/net"):
        with contextlib.suppress(OSError):  # 終わったスレッド
            inhabited.add(path.stat().st_ino)
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):  # 終わったプロセス、閉じたfd
            inode = net_of(path)
            if inode and inode not in inhabited:
                comm = (path.parents[1] / "comm").read_text().strip()
                print(f"{path.parts[2]} {comm} fd {path.name} net:[{inode}]")
    # --8<-- [end:main]


main()
