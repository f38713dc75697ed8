"""PIDが使い回されると、/proc/PID は別のプロセスを指し、pidfdは元のプロセスを指しつづける。

実行: sudo python3 reused.py
"""

import os
import signal
import socket
import sys
from pathlib import Path


def start(name: str) -> int:
    """ホスト名がnameのUTS名前空間で止まっている子のPIDを返す。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWUTS)
        socket.sethostname(name)
        os.write(writer, b".")
        signal.pause()
    os.close(writer)
    os.read(reader, 1)
    return pid


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def enter(label: str, fd: int) -> None:
    origin = os.open("/proc/self/ns/uts", os.O_RDONLY)
    try:
        os.setns(fd, os.CLONE_NEWUTS)
        print(f"{label:<10}{socket.gethostname()}")
        os.setns(origin, os.CLONE_NEWUTS)
    except OSError as e:
        print(f"{label:<10}{e.strerror}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 reused.py")
# --8<-- [start:main]
first = start("first")
pidfd = os.pidfd_open(first)
enter("pidfd", pidfd)
end(first)
Path("/proc/sys/kernel/ns_last_pid").write_text(str(first - 1))  # 次の子に同じPIDを
second = start("second")
print("same PID" if first == second else "another PID")
enter("/proc/PID", os.open(f"/proc/{first}/ns/uts", os.O_RDONLY))
enter("pidfd", pidfd)
end(second)
# --8<-- [end:main]
