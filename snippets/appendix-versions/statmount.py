"""listmount(2) とstatmount(2) で、/mntのマウントを調べる。

実行: python3 statmount.py
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterator

LIBC = ctypes.CDLL(None, use_errno=True)
SYS_STATMOUNT, SYS_LISTMOUNT = 457, 458  # x86-64でもarm64でも同じ
LSMT_ROOT = 2**64 - 1  # 名前空間のルートから全部
STATMOUNT_SB_BASIC, STATMOUNT_MNT_BASIC = 0x01, 0x02
STATMOUNT_MNT_POINT, STATMOUNT_FS_TYPE = 0x10, 0x20


def call(number: int, *args: object) -> int:
    LIBC.syscall.restype = ctypes.c_long
    result: int = LIBC.syscall(ctypes.c_long(number), *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def request(mount: int, param: int) -> bytes:
    """struct mnt_id_req（最初の版、24バイト）。"""
    return struct.pack("=IIQQ", 24, 0, mount, param)


class StatMount(ctypes.Structure):
    """<linux/mount.h> の struct statmount のはじめの部分。"""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("size", "mnt_opts")),
        ("mask", ctypes.c_uint64),
        *((name, ctypes.c_uint32) for name in ("sb_dev_major", "sb_dev_minor")),
        ("sb_magic", ctypes.c_uint64),
        *((name, ctypes.c_uint32) for name in ("sb_flags", "fs_type")),
        *((name, ctypes.c_uint64) for name in ("mnt_id", "mnt_parent_id")),
        *((name, ctypes.c_uint32) for name in ("mnt_id_old", "mnt_parent_id_old")),
        *((name, ctypes.c_uint64) for name in ("mnt_attr", "mnt_propagation")),
        *((name, ctypes.c_uint64) for name in ("mnt_peer_group", "mnt_master", "propagate_from")),
        *((name, ctypes.c_uint32) for name in ("mnt_root", "mnt_point")),
    ]


STRINGS = 512  # 構造体の大きさ。文字列はその後ろにあり、フィールドにはそこからの位置が入る


# --8<-- [start:main]
def listmount() -> Iterator[int]:
    """すべてのマウントのID。一度に受け取りきれなければ、最後のIDから続ける。"""
    ids, last = (ctypes.c_uint64 * 64)(), 0
    size, flags = ctypes.c_size_t(len(ids)), ctypes.c_uint(0)
    while n := call(SYS_LISTMOUNT, request(LSMT_ROOT, last), ids, size, flags):
        yield from ids[:n]
        last = ids[n - 1]


def statmount(mount: int) -> tuple[StatMount, str, str]:
    """数で表せること、マウントポイント、ファイルシステムの種類。"""
    wanted = STATMOUNT_SB_BASIC | STATMOUNT_MNT_BASIC | STATMOUNT_MNT_POINT | STATMOUNT_FS_TYPE
    buffer = ctypes.create_string_buffer(8192)
    size, flags = ctypes.c_size_t(len(buffer)), ctypes.c_uint(0)
    call(SYS_STATMOUNT, request(mount, wanted), buffer, size, flags)
    found = StatMount.from_buffer(buffer)
    text = (buffer.raw[STRINGS + at :].split(b"\0")[0] for at in (found.mnt_point, found.fs_type))
    return found, *map(os.fsdecode, text)


def main() -> None:
    for mount in listmount():
        found, point, fs_type = statmount(mount)
        if point.startswith("/mnt"):
            print(f"unique={mount} mountinfo={found.mnt_id_old} {point} {fs_type}")
            print(f"  mount {found.mnt_attr:#x} file system {found.sb_flags:#x}")
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"statmount: {e.strerror}")
