"""setns(2) で、すでにあるUTS名前空間に入る。

実行: sudo python3 setns_uts.py /proc/PID/ns/uts
"""

import os
import socket
import sys


def show(label: str) -> None:
    print(f"{label:<8}{os.readlink('/proc/self/ns/uts')}  {socket.gethostname()}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/uts")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWUTS)  # UTS以外のファイルならEINVAL
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("after")


main()
