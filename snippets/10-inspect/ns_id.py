"""名前空間を2回続けて作り、inode番号とNS_GET_IDの答えを比べる。

実行: sudo python3 ns_id.py
"""

import fcntl
import os
import sys

NS_GET_ID = 0x8008B70D  # _IOR(0xb7, 13, __u64)。include/uapi/linux/nsfs.h（6.18以降）


# --8<-- [start:main]
def look(path: str) -> tuple[int, int]:
    """inode番号と、64ビットの識別番号。"""
    fd = os.open(path, os.O_RDONLY)
    try:
        number = int.from_bytes(fcntl.ioctl(fd, NS_GET_ID, bytes(8)), sys.byteorder)
        return os.fstat(fd).st_ino, number
    finally:
        os.close(fd)


def born_and_gone() -> tuple[int, int]:
    """子がUTS名前空間を作り、番号を知らせて終わる。戻ったときには、もう消えている。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWUTS)
        os.write(writer, "{} {}".format(*look("/proc/self/ns/uts")).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as pipe:
        inode, number = map(int, pipe.read().split())
    return inode, number


def main() -> None:
    try:
        for kind in ("ipc", "uts", "user", "pid", "cgroup", "time", "net", "mnt"):
            print(f"{kind:<7} inode={{}} id={{}}".format(*look(f"/proc/1/ns/{kind}")))
    except OSError as e:
        sys.exit(f"NS_GET_ID: {e.strerror}")
    first, second = born_and_gone(), born_and_gone()
    print("same inode:", first[0] == second[0])
    print("same id:   ", first[1] == second[1])
    print("growing id:", first[1] < second[1])

    # --8<-- [end:main]


main()
