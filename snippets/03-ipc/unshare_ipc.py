"""unshare(2) で新しいIPC名前空間に移り、外と同じキーで共有メモリを作る。

実行: sudo python3 unshare_ipc.py
"""

import ctypes
import os
import sys

KEY, SIZE = 0x2026, 4096
IPC_CREAT, IPC_EXCL, IPC_RMID = 0o1000, 0o2000, 0
FAILED = ctypes.c_void_p(-1).value
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def call(name: str, *args: object) -> int:
    result: int = getattr(LIBC, name)(*args)
    if result in (-1, FAILED):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def put(text: bytes) -> int:
    shmid = call("shmget", KEY, ctypes.c_size_t(SIZE), IPC_CREAT | IPC_EXCL | 0o600)
    address = ctypes.c_void_p(call("shmat", shmid, None, 0))
    ctypes.memmove(address, text, len(text))
    call("shmdt", address)
    return shmid


def show(label: str) -> None:
    try:
        shmid = call("shmget", KEY, ctypes.c_size_t(0), 0)
        address = ctypes.c_void_p(call("shmat", shmid, None, 0))
        found = ctypes.string_at(address).decode()
        call("shmdt", address)
    except OSError as e:
        found = e.strerror
    print(f"{label:<8}{os.readlink('/proc/self/ns/ipc')}  {found}")


def main() -> None:
    home = os.open("/proc/self/ns/ipc", os.O_RDONLY | os.O_CLOEXEC)
    shmid = put(b"outer")
    try:
        show("before")
        os.unshare(os.CLONE_NEWIPC)
        show("unshare")  # 名前空間が変わり、同じキーが見つからなくなる
        put(b"inner")
        show("after")
        os.setns(home, os.CLONE_NEWIPC)
        show("back")
    finally:
        call("shmctl", shmid, IPC_RMID, None)  # 外に作ったものは、消さないと残る


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'unshare_ipc'}: {e.strerror}")
