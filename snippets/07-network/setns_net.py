"""setns(2) で移る前と後に作ったソケットが、それぞれどの名前空間のものかを見る。

実行: sudo python3 setns_net.py /run/netns/NAME
"""

import fcntl
import os
import socket
import sys

SIOCGSKNS = 0x894C  # <linux/sockios.h>: ソケットの名前空間を開いて、fdを返す


def show(label: str, s: socket.socket) -> None:
    ns = fcntl.ioctl(s, SIOCGSKNS)
    try:
        s.connect(("127.0.0.1", 9))
        result = "ok"
    except OSError as e:
        result = e.strerror
    print(f"{label:<11}net:[{os.fstat(ns).st_ino}]  connect 127.0.0.1: {result}")
    os.close(ns)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /run/netns/NAME")

    old = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWNET)
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    print(f"{'thread':<11}{os.readlink('/proc/self/ns/net')}")
    show("old socket", old)
    show("new socket", new)


main()
