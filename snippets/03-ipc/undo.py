"""SEM_UNDOを付けて取ったセマフォは、IPC名前空間を移るだけで返ってしまう。

実行: sudo python3 undo.py
"""

import ctypes
import os
import sys

IPC_PRIVATE, IPC_CREAT, SEM_UNDO = 0, 0o1000, 0o10000
IPC_RMID, GETVAL = 0, 12  # semctl(2) の操作
LIBC = ctypes.CDLL(None, use_errno=True)


class Sembuf(ctypes.Structure):
    """semop(2) の struct sembuf。"""

    _fields_ = [
        ("sem_num", ctypes.c_ushort),
        ("sem_op", ctypes.c_short),
        ("sem_flg", ctypes.c_short),
    ]


def call(name: str, *args: object) -> int:
    result: int = getattr(LIBC, name)(*args)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


# --8<-- [start:main]
def main() -> None:
    home = os.open("/proc/self/ns/ipc", os.O_RDONLY | os.O_CLOEXEC)
    semid = call("semget", IPC_PRIVATE, 1, IPC_CREAT | 0o600)
    call("semop", semid, ctypes.byref(Sembuf(0, 1, 0)), 1)  # 最初の値を1にする
    print("free    ", call("semctl", semid, 0, GETVAL))

    call("semop", semid, ctypes.byref(Sembuf(0, -1, SEM_UNDO)), 1)
    print("locked  ", call("semctl", semid, 0, GETVAL))

    os.unshare(os.CLONE_NEWIPC)
    os.setns(home, os.CLONE_NEWIPC)  # 元の名前空間に戻って、値を見る
    print("unshared", call("semctl", semid, 0, GETVAL))

    call("semop", semid, ctypes.byref(Sembuf(0, -1, SEM_UNDO)), 1)
    print("locked  ", call("semctl", semid, 0, GETVAL))
    os.setns(home, os.CLONE_NEWIPC)  # いまいる名前空間に入り直す
    print("setns   ", call("semctl", semid, 0, GETVAL))
    call("semctl", semid, 0, IPC_RMID)
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'undo'}: {e.strerror}")
