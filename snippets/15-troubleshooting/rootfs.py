"""カーネルが最初に用意したルート（rootfs）に降りて、待つ。initramfsの中のプロセスと同じところに立つ。

実行: sudo python3 rootfs.py
"""

import ctypes
import os
import signal

# --8<-- [start:main]
LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 14, 1 << 18, 2

os.unshare(os.CLONE_NEWNS)
ns = os.open("/proc/self/ns/mnt", os.O_RDONLY)
if LIBC.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None) < 0:
    raise OSError(ctypes.get_errno(), "mount")
if LIBC.umount2(b"/", MNT_DETACH) < 0:  # 上にかぶさったルートを外す
    raise OSError(ctypes.get_errno(), "umount2")
os.setns(ns, os.CLONE_NEWNS)  # 同じ名前空間に入り直すと、残ったルートに立つ
signal.pause()
# --8<-- [end:main]
