"""はじめから別のUTS名前空間にいる子プロセスを作る。

実行: sudo python3 clone_uts.py（clone3.py を同じディレクトリに置く）
"""

import os
import socket
import sys

from clone3 import clone3


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/uts")
    print(f"{label:<8}{ns}  {socket.gethostname()}")


def child() -> None:
    socket.sethostname("inner")
    show("child")


def main() -> None:
    try:
        pid = clone3(child, os.CLONE_NEWUTS)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
