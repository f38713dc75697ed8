"""はじめから別のTime名前空間にいる子を作る。ずれは、もう決められない。

実行: sudo python3 clone_time.py（clone3.py を同じディレクトリに置く）
"""

import os
import sys

from clone3 import clone3


def show(label: str) -> None:
    print(f"{label:<8}{os.readlink('/proc/self/ns/time')}")


# --8<-- [start:main]
def child() -> None:
    show("child")
    fd = os.open("/proc/self/timens_offsets", os.O_WRONLY)
    try:
        os.write(fd, b"boottime 604800 0\n")
    except OSError as e:
        print(f"child   timens_offsets: {e.strerror}")


def main() -> None:
    try:
        pid = clone3(child, os.CLONE_NEWTIME)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))


# --8<-- [end:main]


main()
