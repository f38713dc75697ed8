"""8 MiBの共有メモリを、System V流とPOSIX流で作り、端まで書く。

実行: python3 fill.py
"""

import ctypes
import mmap
import os
import signal
import sys
from collections.abc import Callable

SIZE = 8 * 1024 * 1024
IPC_PRIVATE, IPC_CREAT, IPC_RMID = 0, 0o1000, 0
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p


# --8<-- [start:main]
def sysv() -> None:
    shmid = LIBC.shmget(IPC_PRIVATE, ctypes.c_size_t(SIZE), IPC_CREAT | 0o600)
    if shmid < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    address = LIBC.shmat(shmid, None, 0)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "shmat")
    LIBC.shmctl(shmid, IPC_RMID, None)  # 付けている間は使え、外れたら消える
    ctypes.memset(address, 1, SIZE)


def posix() -> None:
    # shm_open(3) も、/dev/shmの下のファイルを開いているだけ
    fd = os.open("/dev/shm/fill", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink("/dev/shm/fill")
    os.ftruncate(fd, SIZE)
    mmap.mmap(fd, SIZE).write(b"\1" * SIZE)
    # --8<-- [end:main]


def run(label: str, fill: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        fill()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code > 0:  # 子が自分で失敗し、わけはもう表示した
        sys.exit(code)
    print(f"{label}: {signal.strsignal(-code) if code else 'ok'}", flush=True)


run("SysV shm ", sysv)
run("POSIX shm", posix)
