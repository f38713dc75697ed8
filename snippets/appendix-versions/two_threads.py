"""スレッドが2本あるときに、マウント名前空間に入れるかを、2つの呼び方で試す。

実行: sudo python3 two_threads.py
"""

import errno
import os
import signal
import subprocess
import sys
import threading

PROC = os.open("/proc", os.O_RDONLY)  # 移ったあとも、ここから読める
# ルートに /inside のある、別のマウント名前空間
INSIDE = """
mount -t tmpfs tmpfs /mnt && mkdir /mnt/old /mnt/inside
cd /mnt && pivot_root . old && echo && kill -STOP $$
"""
READY, DONE = threading.Event(), threading.Event()


def state() -> str:
    ns = os.readlink("thread-self/ns/mnt", dir_fd=PROC)
    return f"{ns} cwd={os.getcwd()} /inside={os.path.exists('/inside')}"


def worker() -> None:
    print("worker before", state())
    READY.set()
    DONE.wait()
    print("worker after ", state())


# --8<-- [start:main]
def join(pidfd: int, label: str, flags: int) -> None:
    try:
        os.setns(pidfd, flags)
        print(f"{label:<13} ok")
    except OSError as e:
        print(f"{label:<13} {errno.errorcode[e.errno or 0]}")


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("rootで実行してください: sudo python3 two_threads.py")
    inside = subprocess.Popen(["unshare", "-mu", "sh", "-c", INSIDE], stdout=subprocess.PIPE)
    if inside.stdout is None or not inside.stdout.read(1):
        sys.exit("unshare has failed")
    pidfd = os.pidfd_open(inside.pid)
    thread = threading.Thread(target=worker)
    thread.start()
    READY.wait()
    join(pidfd, "NEWNS", os.CLONE_NEWNS)
    join(pidfd, "NEWNS|NEWUTS", os.CLONE_NEWNS | os.CLONE_NEWUTS)
    print("main   after ", state())
    DONE.set()
    thread.join()
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    inside.wait()


# --8<-- [end:main]


main()
