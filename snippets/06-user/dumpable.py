"""rootから降りたプロセスが、自分のuid_mapを開けなくなることを確かめる。

実行: sudo python3 dumpable.py
"""

import ctypes
import os

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
LIBC = ctypes.CDLL(None, use_errno=True)


def show(label: str) -> None:
    owner = os.stat("/proc/self/uid_map").st_uid
    print(f"{label:<12}dumpable={LIBC.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)} owner={owner}")


def try_to_map() -> None:
    try:
        fd = os.open("/proc/self/uid_map", os.O_WRONLY)
        os.write(fd, b"0 1000 1")
        print("uid_map: ok")
    except OSError as e:
        print(f"uid_map: {e.strerror}")


show("root")
os.setgroups([])
os.setresgid(1000, 1000, 1000)
os.setresuid(1000, 1000, 1000)
show("setresuid")

os.unshare(os.CLONE_NEWUSER)
try_to_map()

LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
show("prctl")
try_to_map()
