"""演習: 別のマウント名前空間で起きた変更が、poll(2) で待つ側に届くかを調べる。

実行: sudo python3 watch_mounts.py
"""

import ctypes
import os
import select
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE, MS_SLAVE = 1 << 14, 1 << 18, 1 << 19


def mount(source: bytes, target: bytes, fstype: bytes | None, flags: int) -> None:
    if LIBC.mount(source, target, fstype, ctypes.c_ulong(flags), None) < 0:
        raise OSError(ctypes.get_errno(), "mount")


def changed(fd: int) -> bool:
    """前に調べてから、マウント表が変わったか。POLLPRIとPOLLERRで知らされる。"""
    poller = select.poll()
    poller.register(fd, select.POLLPRI)
    return bool(poller.poll(0))


# --8<-- [start:main]
def attempt(label: str, propagation: int | None) -> None:
    fd = os.open("/proc/self/mountinfo", os.O_RDONLY)
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWNS)
        if propagation is not None:
            mount(b"none", b"/", None, MS_REC | propagation)
        mount(b"tmpfs", b"/mnt", b"tmpfs", 0)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit(1)
    print(f"{label:<8} changed: {changed(fd)}")
    os.close(fd)
    # --8<-- [end:main]
    if propagation is None:
        LIBC.umount(b"/mnt")  # 外にも届いたもの


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 watch_mounts.py")
for label, propagation in (("private", MS_PRIVATE), ("slave", MS_SLAVE), ("shared", None)):
    attempt(label, propagation)
