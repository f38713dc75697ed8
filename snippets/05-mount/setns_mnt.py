"""setns(2) で、すでにあるマウント名前空間に入る。

実行: sudo python3 setns_mnt.py /proc/PID/ns/mnt
"""

import os
import sys


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/mnt")
    print(f"{label:<7}{ns}  cwd={os.getcwd()}  /mnt: {os.listdir('/mnt')}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/mnt")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWNS)  # ルートと作業ディレクトリも、入った先のルートになる
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("after")


main()
