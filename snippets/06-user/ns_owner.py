"""名前空間の所有者を尋ね、ユーザー名前空間の木を親へたどる。

実行: python3 ns_owner.py /proc/PID/ns/uts
"""

import ctypes
import fcntl
import os
import sys

# <linux/nsfs.h>。はじめの2つは、新しいファイルディスクリプタを返す
NS_GET_USERNS = 0xB701
NS_GET_PARENT = 0xB702
NS_GET_OWNER_UID = 0xB704


def owner_uid(fd: int) -> int:
    uid = ctypes.c_uint32()
    fcntl.ioctl(fd, NS_GET_OWNER_UID, uid)
    return uid.value


def name(fd: int) -> str:
    return os.readlink(f"/proc/self/fd/{fd}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/TYPE")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        if not name(fd).startswith("user:"):
            print(name(fd))
            fd = fcntl.ioctl(fd, NS_GET_USERNS)
        while True:
            print(f"  {name(fd)}  owner uid={owner_uid(fd)}")
            fd = fcntl.ioctl(fd, NS_GET_PARENT)
    except OSError as e:  # 最初のユーザー名前空間に親はなく、EPERMが返る
        print(f"  {e.strerror}")


main()
