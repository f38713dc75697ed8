"""演習3: 別のUTS名前空間で起きた変更が、poll(2) で待つ側に届くかを調べる。

実行: sudo python3 watch_hostname.py
"""

import os
import select
import socket

fd = os.open("/proc/sys/kernel/hostname", os.O_RDONLY)


def name() -> str:
    return os.pread(fd, 65, 0).decode().strip()


poller = select.poll()
poller.register(fd, select.POLLPRI)
print("start ", name(), "changed:", bool(poller.poll(0)))

pid = os.fork()
if pid == 0:
    os.unshare(os.CLONE_NEWUTS)
    socket.sethostname("inner")
    print("child ", name(), flush=True)
    os._exit(0)
os.waitpid(pid, 0)

print("parent", name(), "changed:", bool(poller.poll(0)))
