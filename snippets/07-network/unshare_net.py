"""unshare(2) で自分だけを新しいネットワーク名前空間に移し、loを起こす。

実行: sudo python3 unshare_net.py
"""

import fcntl
import os
import socket
import struct
import sys

# <linux/sockios.h> の番号と、<net/if.h> のフラグ
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
IFREQ = "16sh22x"  # struct ifreqの40バイト: 名前、フラグ、共用体の残り


def reach() -> str:
    """127.0.0.1への経路があるか。UDPのconnect(2) は、経路を引くだけで何も送らない。"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("127.0.0.1", 9))
        except OSError as e:
            return e.strerror
    return "ok"


def show(label: str) -> None:
    names = " ".join(name for _, name in socket.if_nameindex())
    print(f"{label:<8}{os.readlink('/proc/self/ns/net')}  {names}  {reach()}")


def set_up(name: str) -> None:
    """ip link set NAME up と同じこと。"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack(IFREQ, name.encode(), 0)
        name_field, flags = struct.unpack(IFREQ, fcntl.ioctl(s, SIOCGIFFLAGS, request))
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack(IFREQ, name_field, flags | IFF_UP))


def main() -> None:
    show("before")
    try:
        os.unshare(os.CLONE_NEWNET)
        show("unshare")  # loはあるが、まだ落ちている
        set_up("lo")
    except OSError as e:
        sys.exit(f"unshare_net: {e.strerror}")
    show("up")


main()
