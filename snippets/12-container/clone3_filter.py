"""seccompのフィルタの下で、ユーザー名前空間を3つの呼び出しで作ってみる。

実行: python3 clone3_filter.py（sudoは要らない）
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
LD, JEQ, JSET, RET = 0x20, 0x15, 0x45, 0x06  # BPFの命令
CLONE, UNSHARE = {"x86_64": (56, 272), "aarch64": (220, 97)}[os.uname().machine]
CLONE3 = 435
SIGCHLD, EPERM, ENOSYS, ALLOW = 17, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x7FFF0000


def check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# --8<-- [start:filters]
Row = tuple[int, int, int, int]
# 第1引数にCLONE_NEWUSERがあれば断る
by_flags: list[Row] = [
    (LD, 0, 0, 0),  # システムコールの番号
    (JEQ, 1, 0, CLONE),
    (JEQ, 0, 3, UNSHARE),
    (LD, 0, 0, 16),  # 第1引数の下位32ビット
    (JSET, 0, 1, os.CLONE_NEWUSER),
    (RET, 0, 0, EPERM),
    (RET, 0, 0, ALLOW),
]
no_clone3: list[Row] = [
    (LD, 0, 0, 0),
    (JEQ, 0, 1, CLONE3),
    (RET, 0, 0, ENOSYS),
    *by_flags,
]


def clone3() -> int:
    """フラグは、レジスタでなく、メモリの中の構造体にある。"""
    args = struct.pack("11Q", os.CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0)
    return check(LIBC.syscall(CLONE3, args, len(args)))
    # --8<-- [end:filters]


def clone() -> int:
    return check(LIBC.syscall(CLONE, os.CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0))


def unshare() -> int:
    return check(LIBC.unshare(os.CLONE_NEWUSER)) or os.fork()


def attempt(rows: list[Row], make: Callable[[], int]) -> None:
    """子でフィルタをかけてから作り、どうなったかを表示する。"""
    if os.fork():
        os.wait()
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    check(LIBC.prctl(38, 1, 0, 0, 0))  # PR_SET_NO_NEW_PRIVS
    program = struct.pack("H6xQ", len(rows), ctypes.addressof(code))
    check(LIBC.prctl(22, 2, program, 0, 0))  # PR_SET_SECCOMP
    try:
        if make() == 0:
            os._exit(0)
        os.wait()
        print(f"  {make.__name__:<8}ok", flush=True)
    except OSError as e:
        print(f"  {make.__name__:<8}{errno.errorcode[e.errno or 0]}", flush=True)
    os._exit(0)


for name, rows in {"by_flags": by_flags, "no_clone3": no_clone3}.items():
    print(name, flush=True)
    for make in (unshare, clone, clone3):
        attempt(rows, make)
