"""unshare(2) で自分だけを新しいUTS名前空間に移し、ホスト名を変える。

実行: sudo python3 unshare_uts.py
"""

import os
import socket
import sys


def show(label: str) -> None:
    print(f"{label:<8}{os.readlink('/proc/self/ns/uts')}  {socket.gethostname()}")


def main() -> None:
    show("before")

    try:
        os.unshare(os.CLONE_NEWUTS)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    show("unshare")  # 名前空間は変わったが、名前はまだ元の値の写し

    try:
        socket.sethostname("inner")
    except OSError as e:
        sys.exit(f"sethostname: {e.strerror}")
    show("after")


main()
