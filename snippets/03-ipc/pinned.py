"""プロセスのいなくなったIPC名前空間を、なにが残しつづけるかを測る。

自分のユーザー名前空間で、IPC名前空間の数を2つまでに制限しておく。1つ目で「なにか」をして
2つ目へ移り、3つ目を作れれば1つ目は消えた、ENOSPCになれば残っている。
実行: python3 pinned.py
"""

import ctypes
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

IPC_PRIVATE, IPC_CREAT = 0, 0o1000
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def call(name: str, *args: object) -> int:
    result: int = getattr(LIBC, name)(*args)
    if result in (-1, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), name)
    return result


def segment() -> int:
    return call("shmget", IPC_PRIVATE, ctypes.c_size_t(4096), IPC_CREAT | 0o600)


def open_queue() -> None:
    call("mq_open", b"/pinned", os.O_RDWR | os.O_CREAT, 0o600, None)


def mount_queues() -> None:
    call("mount", b"mqueue", b"/mnt", b"mqueue", ctypes.c_ulong(0), None)


# --8<-- [start:main]
HOLDERS: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "a segment, not attached": segment,
    "an attached segment": lambda: call("shmat", segment(), None, 0),
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
    # --8<-- [end:main]


for name, hold in HOLDERS.items():
    pid = os.fork()
    if pid == 0:
        print(f"{name:<24}{measure(hold)}", flush=True)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(1)
