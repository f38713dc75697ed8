"""mq_open(3) の失敗を並べる。

実行: python3 mq_errors.py
"""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL


class MqAttr(ctypes.Structure):
    """mq_open(3) の struct mq_attr。"""

    _fields_ = [
        ("mq_flags", ctypes.c_long),
        ("mq_maxmsg", ctypes.c_long),
        ("mq_msgsize", ctypes.c_long),
        ("mq_curmsgs", ctypes.c_long),
        ("reserved", ctypes.c_long * 4),
    ]


# --8<-- [start:main]
def mq_open(name: bytes, maxmsg: int = 10, msgsize: int = 8192) -> str:
    attr = MqAttr(mq_maxmsg=maxmsg, mq_msgsize=msgsize)
    if LIBC.mq_open(name, FLAGS, 0o600, ctypes.byref(attr)) < 0:
        return os.strerror(ctypes.get_errno())
    return "ok"


print("noslash     ", mq_open(b"noslash"))
print("/two/slashes", mq_open(b"/two/slashes"))
print("/a          ", mq_open(b"/a"))
print("/a          ", mq_open(b"/a"))
print("maxmsg 11   ", mq_open(b"/b", maxmsg=11))
print("msgsize 9000", mq_open(b"/c", msgsize=9000))
for name in (b"/a", b"/b", b"/c"):
    LIBC.mq_unlink(name)
# --8<-- [end:main]
