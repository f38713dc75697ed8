"""演習: 共有メモリを付けたまま名前空間を移る。

実行: sudo python3 attached.py
"""

import ctypes
import os
import sys
from pathlib import Path

IPC_PRIVATE, IPC_CREAT = 0, 0o1000
FAILED = ctypes.c_void_p(-1).value
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


def call(name: str, *args: object) -> int:
    result: int = getattr(LIBC, name)(*args)
    if result in (-1, FAILED):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def show(label: str, address: int) -> None:
    text = ctypes.string_at(address).decode()
    rows = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    namespace = os.readlink("/proc/self/ns/ipc")
    print(f"{label:<8}{namespace}  memory: {text}, listed: {len(rows)}")


# --8<-- [start:main]
def main() -> None:
    os.unshare(os.CLONE_NEWIPC)
    shmid = call("shmget", IPC_PRIVATE, ctypes.c_size_t(4096), IPC_CREAT | 0o600)
    address = call("shmat", shmid, None, 0)
    ctypes.memmove(address, b"first", 5)
    show("first", address)

    os.unshare(os.CLONE_NEWIPC)  # 1つ目の名前空間には、もう誰もいない
    show("second", address)
    ctypes.memmove(address, b"again", 5)
    show("written", address)
    for line in Path("/proc/self/maps").read_text().splitlines():
        if "SYSV" in line:
            print("mapped ", line.split(maxsplit=5)[5])
            # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'unshare'}: {e.strerror}")
