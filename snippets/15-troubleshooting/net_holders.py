"""プロセスのいないネットワーク名前空間を、ファイルディスクリプタで生かしているプロセスを探す。

実行: sudo python3 net_holders.py
"""

import ctypes
import fcntl
import os
from pathlib import Path

SIOCGSKNS = 0x894C  # <linux/sockios.h>
SYS_PIDFD_GETFD = 438  # x86-64でもarm64でも同じ番号
LIBC = ctypes.CDLL(None, use_errno=True)


# --8<-- [start:main]
def net_of(pid: int, number: int, link: str) -> int:
    """fdが指すネットワーク名前空間のinode番号。ソケットなら、作られたところのもの。"""
    if link.startswith("net:"):
        return int(link[5:-1])
    pidfd = os.pidfd_open(pid)
    fd = LIBC.syscall(*map(ctypes.c_long, (SYS_PIDFD_GETFD, pidfd, number, 0)))
    try:
        ns = fcntl.ioctl(fd, SIOCGSKNS)
        inode = os.fstat(ns).st_ino
        os.close(ns)
        return inode
    finally:
        os.close(fd)
        os.close(pidfd)


inhabited = {p.stat().st_ino for p in Path("/proc").glob("[0-9]*/task/*/ns/net")}
for path in Path("/proc").glob("[0-9]*/fd/*"):
    try:
        link = os.readlink(path)
        if not link.startswith(("net:", "socket:")):
            continue
        pid, number = int(path.parts[2]), int(path.name)
        if (inode := net_of(pid, number, link)) not in inhabited:
            comm = Path(f"/proc/{pid}/comm").read_text().strip()
            print(f"{pid} {comm} fd {number} net:[{inode}]")
    except OSError:  # 終わったプロセス、閉じたfd
        continue
# --8<-- [end:main]
