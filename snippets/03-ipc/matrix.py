"""プロセス間通信の手段ごとに、どの名前空間を分けると届かなくなるかを測る。

親がすべての手段を用意する。子は名前空間を分けてから、それぞれに手を伸ばしてみる。
実行: sudo python3 matrix.py
"""

import ctypes
import errno
import json
import os
import socket
import subprocess
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = LIBC.sem_open.restype = ctypes.c_void_p
FAILED = {-1, None, ctypes.c_void_p(-1).value}  # -1、SEM_FAILED、(void *)-1
KEY, CREATE, NAME = 0x2026, 0o1000 | 0o600, b"/matrix"  # 0o1000はIPC_CREAT
SIZE = ctypes.c_size_t(4096)


def call(function: str, *args: object) -> int:
    """libcの関数を呼ぶ。失敗はOSErrorにする。"""
    result: int = getattr(LIBC, function)(*args)
    if result in FAILED:
        raise OSError(ctypes.get_errno(), function)
    return result


def mount_fresh() -> None:
    for at, kind in (("/dev/shm", "tmpfs"), ("/mnt", "tmpfs"), ("/dev/mqueue", "mqueue")):
        subprocess.run(["mount", "-t", kind, kind, at], check=True)


def unix(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(address)


# --8<-- [start:prepare]
def prepare() -> dict[str, Callable[[], object]]:
    """すべての手段を用意し、それぞれに手を伸ばす関数を返す。"""
    shm = call("shmget", KEY, SIZE, CREATE)
    memory = call("shmat", shm, None, 0)
    call("semget", KEY, 1, CREATE)
    call("msgget", KEY, CREATE)
    mq = call("mq_open", NAME, os.O_RDWR | os.O_CREAT, 0o600, None)
    call("shm_open", NAME, os.O_RDWR | os.O_CREAT, 0o600)
    call("sem_open", NAME, os.O_CREAT, 0o600, 0)
    memfd = os.memfd_create("matrix")
    _, pipe = os.pipe()
    fifo, path, abstract = "/mnt/fifo", "/mnt/socket", "\0matrix"
    os.mkfifo(fifo)
    for address in (path, abstract):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen(8)
        listener.detach()  # 閉じずに残す
    return {
        "SysV shm: shmget(key)": lambda: call("shmget", KEY, SIZE, 0),
        "SysV shm: shmat(id)": lambda: call("shmat", shm, None, 0),
        "SysV shm: already attached": lambda: ctypes.string_at(memory, 1),
        "SysV sem: semget(key)": lambda: call("semget", KEY, 0, 0),
        "SysV msg: msgget(key)": lambda: call("msgget", KEY, 0),
        "POSIX mq: mq_open(name)": lambda: call("mq_open", NAME, os.O_RDWR),
        "POSIX mq: /dev/mqueue/name": lambda: os.stat("/dev/mqueue/matrix"),
        "POSIX mq: already open": lambda: os.pread(mq, 1, 0),
        "POSIX shm: shm_open(name)": lambda: call("shm_open", NAME, os.O_RDWR, 0),
        "POSIX sem: sem_open(name)": lambda: call("sem_open", NAME, 0),
        "FIFO: open(path)": lambda: os.open(fifo, os.O_RDWR),
        "UNIX socket: connect(path)": lambda: unix(path),
        "UNIX socket: connect(abstract)": lambda: unix(abstract),
        "pipe: inherited": lambda: os.write(pipe, b"x"),
        "memfd: inherited": lambda: os.pwrite(memfd, b"x", 0),
    }
    # --8<-- [end:prepare]


def attempt(probe: Callable[[], object]) -> str:
    try:
        probe()
    except OSError as e:
        return errno.errorcode[e.errno]
    return "ok"


def measure(
    probes: dict[str, Callable[[], object]], flags: int, remount: bool = False
) -> list[str]:
    """子を作り、名前空間を分けてから、すべての手段を試させる。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(flags)
        if remount:
            mount_fresh()
        os.write(writer, json.dumps([attempt(p) for p in probes.values()]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        result = json.load(pipe)
    os.waitpid(pid, 0)
    return result


def main() -> None:
    ipc, mount, net = os.CLONE_NEWIPC, os.CLONE_NEWNS, os.CLONE_NEWNET
    os.unshare(ipc | mount)  # 用意したものは、このプログラムとともに消える
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    mount_fresh()
    probes = prepare()
    columns = {
        "-i": measure(probes, ipc),
        "-m": measure(probes, mount),
        "-m+": measure(probes, mount, remount=True),
        "-im+": measure(probes, ipc | mount, remount=True),
        "-n": measure(probes, net),
    }
    for name, *cells in [("", *columns), *zip(probes, *columns.values(), strict=True)]:
        print(f"{name:<31}", *(f"{cell:<7}" for cell in cells[:-1]), cells[-1])


main()
