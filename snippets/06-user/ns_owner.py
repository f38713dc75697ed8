"""名前空間の所有者を尋ね、ユーザー名前空間の木を親へたどる。

実行: python3 ns_owner.py /proc/PID/ns/uts
"""

import ctypes
import fcntl
import os
import sys

# <linux/nsfs.h>。最初の2つは、新しいファイルディスクリプタを返す
NS_GET_USERNS = 0xB701
NS_GET_PARENT = 0xB702
NS_GET_NSTYPE = 0xB703
NS_GET_OWNER_UID = 0xB704


def kind(fd: int) -> int:
    return fcntl.ioctl(fd, NS_GET_NSTYPE)


def related(fd: int, request: int) -> int:
    """所有者か親を指すfd。元のfdは閉じる。"""
    try:
        return fcntl.ioctl(fd, request)
    finally:
        os.close(fd)


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
        if kind(fd) != os.CLONE_NEWUSER:
            print(name(fd))
            fd = related(fd, NS_GET_USERNS)
        while True:
            print(f"  {name(fd)}  owner uid={owner_uid(fd)}")
            fd = related(fd, NS_GET_PARENT)
    except PermissionError as e:
        if e.filename:  # 開けなかった
            sys.exit(f"{e.filename}: {e.strerror}")
        print(f"  {e.strerror}")  # 最初のユーザー名前空間に親はなく、EPERMが返る
    except OSError as e:
        sys.exit(f"{sys.argv[1]}: {e.strerror}")


main()
