"""setns(2) で、すでにあるTime名前空間に入る。時計が目の前で飛ぶ。

実行: sudo python3 setns_time.py /proc/PID/ns/time
"""

import os
import sys
import time

DAY = 24 * 60 * 60


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/time")

    print("before", os.readlink("/proc/self/ns/time"))
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWTIME)  # Time以外のファイルならEINVAL
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    after = time.clock_gettime(time.CLOCK_BOOTTIME)
    print("after ", os.readlink("/proc/self/ns/time"))
    print(f"jumped {round((after - before) / DAY):+d} days")


main()
