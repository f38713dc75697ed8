"""名前空間のファイルに、4つのioctlを尋ねて答えを並べる。

実行: python3 ask.py FILE
"""

import errno
import fcntl
import os
import sys

# <linux/nsfs.h> から
NS_GET_USERNS, NS_GET_PARENT, NS_GET_NSTYPE, NS_GET_OWNER_UID = 0xB701, 0xB702, 0xB703, 0xB704


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FILE")
    fd = os.open(sys.argv[1], os.O_RDONLY)
    print("link  ", os.readlink(f"/proc/self/fd/{fd}"))
    print("type  ", hex(fcntl.ioctl(fd, NS_GET_NSTYPE)))
    for label, request in (("owner ", NS_GET_USERNS), ("parent", NS_GET_PARENT)):
        try:
            print(label, os.readlink(f"/proc/self/fd/{fcntl.ioctl(fd, request)}"))
        except OSError as e:
            print(label, errno.errorcode[e.errno or 0])
    try:
        answer = fcntl.ioctl(fd, NS_GET_OWNER_UID, bytes(4))
        print("uid   ", int.from_bytes(answer, sys.byteorder))
    except OSError as e:
        print("uid   ", errno.errorcode[e.errno or 0])


main()
