"""演習: 別のUTS名前空間で起きた変更が、poll(2) で待つ側に届くかを調べる。

実行: sudo python3 watch_hostname.py
"""

import os
import select
import socket
import sys

fd = os.open("/proc/sys/kernel/hostname", os.O_RDONLY)


def name() -> str:
    return os.pread(fd, 65, 0).decode().strip()


poller = select.poll()
poller.register(fd, select.POLLPRI)
# flushしておかないと、出力がパイプのとき、たまった行を子も書き出してしまう
print("start ", name(), "changed:", bool(poller.poll(0)), flush=True)

pid = os.fork()
if pid == 0:
    try:
        os.unshare(os.CLONE_NEWUTS)
        socket.sethostname("inner")
    except OSError as e:
        print(f"child: {e.strerror}", file=sys.stderr)
        os._exit(1)
    print("child ", name(), flush=True)
    os._exit(0)
_, status = os.waitpid(pid, 0)
if status != 0:
    sys.exit(1)

print("parent", name(), "changed:", bool(poller.poll(0)))
