"""演習: ip netns execの小さな写し。名前空間と/sysの両方を取り替えてから実行する。

実行: sudo python3 in_netns.py 名前 コマンド...
"""

import ctypes
import os
import sys

MS_REC, MS_SLAVE, MNT_DETACH = 0x4000, 1 << 19, 2  # <sys/mount.h>
LIBC = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)


def mount(source: bytes, target: bytes, kind: bytes | None, flags: int) -> None:
    result = LIBC.mount(source, target, kind, ctypes.c_ulong(flags), None)
    check(result, f"mount {target.decode()}")


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} NAME COMMAND...")
    name, command = sys.argv[1], sys.argv[2:]
    try:
        fd = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWNET)
        os.unshare(os.CLONE_NEWNS)
        mount(b"none", b"/", None, MS_REC | MS_SLAVE)  # 外へ伝えず、外からは受け取る
        check(LIBC.umount2(b"/sys", MNT_DETACH), "umount /sys")
        mount(name.encode(), b"/sys", b"sysfs", 0)
        os.execvp(command[0], command)
    except OSError as e:
        sys.exit(f"{e.filename or 'in_netns'}: {e.strerror}")


main()
