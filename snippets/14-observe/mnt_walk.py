"""マウント名前空間を、作られた順に訪ねる。

実行: sudo python3 mnt_walk.py
"""

import fcntl
import os
import struct
import sys

# include/uapi/linux/nsfs.h（6.12以降）。struct mnt_ns_info は16バイト
NS_MNT_GET_INFO, NS_MNT_GET_NEXT, NS_MNT_GET_PREV = 0x8010B70A, 0x8010B70B, 0x8010B70C


def step(fd: int, request: int) -> tuple[int, int, int]:
    """となりの（またはこの）名前空間のfdと、マウントの数と、識別番号。"""
    info = bytearray(16)  # 書き換えられるものを渡すと、ioctlの戻り値が返る
    fd = fcntl.ioctl(fd, request, info)
    _, count, number = struct.unpack("=IIQ", info)
    return fd, count, number


def main() -> None:
    fd = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    request = NS_MNT_GET_PREV
    while True:
        try:
            fd, count, number = step(fd, request)
        except OSError as e:
            if request == NS_MNT_GET_NEXT:  # いちばん後ろまで来た
                sys.exit(f"end: {e.strerror}")
            request = NS_MNT_GET_NEXT  # いちばん前まで戻った
            _, count, number = step(fd, NS_MNT_GET_INFO)
        if request == NS_MNT_GET_NEXT:
            print(os.readlink(f"/proc/self/fd/{fd}"), f"id={number} mounts={count}")


main()
