"""演習: 指定したプロセスのユーザー名前空間に、自分の特権が届くかを判定する。

実行: python3 authority.py PID
"""

import ctypes
import fcntl
import os
import sys

NS_GET_PARENT = 0xB702
NS_GET_OWNER_UID = 0xB704
CAP_SYS_ADMIN = 21


def identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def owner_uid(fd: int) -> int:
    uid = ctypes.c_uint32()
    fcntl.ioctl(fd, NS_GET_OWNER_UID, uid)
    return uid.value


def capable() -> bool:
    with open("/proc/thread-self/status") as status:
        caps = next(line.split()[1] for line in status if line.startswith("CapEff"))
    return bool(int(caps, 16) >> CAP_SYS_ADMIN & 1)


# --8<-- [start:authority]
def authority(target: int) -> str:
    own = identity(os.open("/proc/self/ns/user", os.O_RDONLY))
    fd = target
    while identity(fd) != own:
        try:
            parent = fcntl.ioctl(fd, NS_GET_PARENT)
        except PermissionError:  # 自分のいる名前空間の外まで来た
            return "届かない"
        if identity(parent) == own and owner_uid(fd) == os.geteuid():
            return "届く（作成者）"
        fd = parent
    return "届く（CAP_SYS_ADMIN）" if capable() else "届かない"


# --8<-- [end:authority]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    try:
        print(authority(os.open(f"/proc/{sys.argv[1]}/ns/user", os.O_RDONLY)))
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")


main()
