"""カーネルが最初に用意したルート（rootfs）まで降りて、pivot_root(2) を呼ぶ。

実行: sudo python3 rootfs_pivot.py
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 14, 1 << 18, 2


def call(name: str, *args: bytes | int | None) -> None:
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in args]
    if getattr(LIBC, name)(*words) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


# --8<-- [start:main]
def main() -> None:
    os.unshare(os.CLONE_NEWNS)
    ns = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    call("umount2", b"/", MNT_DETACH)  # rootfsの上にかぶさっていたルートを外す
    os.setns(ns, os.CLONE_NEWNS)  # いまいる名前空間に入り直し、そのルートに立つ
    print("rootfs:", *sorted(os.listdir("/")), flush=True)
    os.mkdir("/new")
    call("mount", b"tmpfs", b"/new", b"tmpfs", 0, None)
    # --8<-- [start:last]
    os.chdir("/new")
    call("pivot_root", b".", b".")
    print("pivot_root: ok")
    # --8<-- [end:last]
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'rootfs_pivot'}: {e.strerror}")
