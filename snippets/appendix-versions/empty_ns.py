"""何もマウントされていない名前空間と、tmpfsが1つだけの名前空間を作る。

実行: sudo python3 empty_ns.py
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
# <linux/sched.h> と <linux/mount.h> から。古いヘッダーにはない
UNSHARE_EMPTY_MNTNS, FSMOUNT_NAMESPACE = 0x00100000, 0x00000002
FSMOUNT_CLOEXEC, FSCONFIG_CMD_CREATE = 1, 6


def check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def show(label: str) -> None:
    try:
        os.mkdir("/made")
        made = "ok"
    except OSError as e:
        made = e.strerror or ""
    print(f"{label}: /={os.listdir('/')} mkdir: {made}", flush=True)


# --8<-- [start:cases]
def empty() -> None:
    os.unshare(UNSHARE_EMPTY_MNTNS)
    show("UNSHARE_EMPTY_MNTNS")


def one_tmpfs() -> None:
    fs = check(LIBC.fsopen(b"tmpfs", 0), "fsopen")
    check(LIBC.fsconfig(fs, FSCONFIG_CMD_CREATE, None, None, 0), "fsconfig")
    ns = check(LIBC.fsmount(fs, FSMOUNT_NAMESPACE | FSMOUNT_CLOEXEC, 0), "fsmount")
    os.setns(ns, os.CLONE_NEWNS)
    show("FSMOUNT_NAMESPACE  ")
    # --8<-- [end:cases]


for case in (empty, one_tmpfs):
    pid = os.fork()
    if pid == 0:
        try:
            case()
        except OSError as e:
            print(f"{e.filename or case.__name__}: {e.strerror}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.waitpid(pid, 0)
