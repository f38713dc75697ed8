"""setns(2) で、すでにあるcgroup名前空間に入る。いるcgroupは動かない。

実行: sudo python3 setns_cgroup.py /proc/PID/ns/cgroup
"""

import os
import sys
from pathlib import Path


def show(label: str) -> None:
    path = Path("/proc/self/cgroup").read_text().split("0::")[1].strip()
    print(f"{label:<8}{os.readlink('/proc/self/ns/cgroup')}  self={path}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/cgroup")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWCGROUP)
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("after")


main()
