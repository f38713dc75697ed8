"""pidfdから、プロセスのいる名前空間を直に開く（PIDFD_GET_*_NAMESPACE、Linux 6.11以降）。

実行: sudo python3 pidfd_get.py PID
"""

import fcntl
import os
import sys

# <linux/pidfd.h> の _IO(0xFF, 番号)
REQUESTS = {
    "cgroup": 0xFF01,
    "ipc": 0xFF02,
    "mnt": 0xFF03,
    "net": 0xFF04,
    "pid": 0xFF05,
    "pid_for_children": 0xFF06,
    "time": 0xFF07,
    "time_for_children": 0xFF08,
    "user": 0xFF09,
    "uts": 0xFF0A,
}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    try:
        pidfd = os.pidfd_open(int(sys.argv[1]))
        for name, request in REQUESTS.items():
            fd = fcntl.ioctl(pidfd, request, 0)  # 返り値が、名前空間を開いたfd
            kind = name.removesuffix("_for_children")
            print(f"{name:<18}{kind}:[{os.fstat(fd).st_ino}]")
            os.close(fd)
    except OSError as e:
        sys.exit(f"pidfd_get: {e.strerror}")


main()
