"""プロセスのいなくなったIPC名前空間を、なにが残しつづけるかを測る。

自分のユーザー名前空間で、IPC名前空間の数を2つまでに制限しておく。1つめで「なにか」をして
2つめへ移り、3つめを作れれば1つめは消えた、ENOSPCになれば残っている。
実行: python3 pinned.py
"""

import ctypes
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

IPC_PRIVATE, IPC_CREAT = 0, 0o1000
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def attach() -> None:
    shmid = LIBC.shmget(IPC_PRIVATE, ctypes.c_size_t(4096), IPC_CREAT | 0o600)
    if LIBC.shmat(shmid, None, 0) == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "shmat")


def open_queue() -> None:
    if LIBC.mq_open(b"/pinned", os.O_RDWR | os.O_CREAT, 0o600, None) < 0:
        raise OSError(ctypes.get_errno(), "mq_open")


def mount_queues() -> None:
    if LIBC.mount(b"mqueue", b"/mnt", b"mqueue", ctypes.c_ulong(0), None) < 0:
        raise OSError(ctypes.get_errno(), "mount")


# --8<-- [start:measure]
HOLDERS: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "a segment, not attached": lambda: LIBC.shmget(0x2026, ctypes.c_size_t(1), IPC_CREAT),
    "an attached segment": attach,
    "open /proc/self/ns/ipc": lambda: os.open("/proc/self/ns/ipc", os.O_RDONLY),
    "open /proc/sysvipc/shm": lambda: os.open("/proc/sysvipc/shm", os.O_RDONLY),
    "open message queue": open_queue,
    "mqueue mount": mount_queues,
}


def measure(hold: Callable[[], object]) -> str:
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        Path("/proc/self", name).write_text(text)
    Path("/proc/sys/user/max_ipc_namespaces").write_text("2")
    os.unshare(os.CLONE_NEWIPC)
    hold()
    os.unshare(os.CLONE_NEWIPC)
    for _ in range(10):  # 後始末は少し遅れて行われる
        try:
            os.unshare(os.CLONE_NEWIPC)
        except OSError as e:
            if e.errno != errno.ENOSPC:
                raise
            time.sleep(0.05)
        else:
            return "gone"
    return "kept"


# --8<-- [end:measure]


for name, hold in HOLDERS.items():
    pid = os.fork()
    if pid == 0:
        print(f"{name:<24}{measure(hold)}", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
