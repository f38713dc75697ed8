"""名前空間を指すfdを、受け取らない相手に送り、閉じて待つ。

実行: sudo python3 inflight.py
"""

import os
import signal
import socket

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-cで、黙って終わる
# --8<-- [start:main]
left, right = socket.socketpair()
home = os.open("/proc/self/ns/uts", os.O_RDONLY)
os.unshare(os.CLONE_NEWUTS)
print(os.getpid(), os.readlink("/proc/self/ns/uts"), flush=True)
fd = os.open("/proc/self/ns/uts", os.O_RDONLY)
os.setns(home)
os.close(home)
socket.send_fds(left, [b"."], [fd])
os.close(fd)
# --8<-- [end:main]
signal.pause()
