"""listmount(2) とstatmount(2) で、/mntのマウントを調べる。

実行: python3 statmount.py
"""

import ctypes
import os
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
SYS_STATMOUNT, SYS_LISTMOUNT = 457, 458  # x86-64でもarm64でも同じ
LSMT_ROOT = 2**64 - 1  # 名前空間の根から全部
STATMOUNT_MNT_BASIC, STATMOUNT_MNT_POINT, STATMOUNT_FS_TYPE = 0x02, 0x10, 0x20


def call(number: int, *args: object) -> int:
    LIBC.syscall.restype = ctypes.c_long
    result: int = LIBC.syscall(ctypes.c_long(number), *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def request(mount: int, param: int) -> bytes:
    """struct mnt_id_req（最初の版、24バイト）。"""
    return struct.pack("=IIQQ", 24, 0, mount, param)


# --8<-- [start:main]
def listmount() -> list[int]:
    ids = (ctypes.c_uint64 * 256)()
    n = call(SYS_LISTMOUNT, request(LSMT_ROOT, 0), ids, ctypes.c_size_t(256), ctypes.c_uint(0))
    return ids[:n]


def statmount(mount: int) -> tuple[int, str, str]:
    """昔からのID、マウントポイント、ファイルシステムの種類。"""
    wanted = STATMOUNT_MNT_BASIC | STATMOUNT_MNT_POINT | STATMOUNT_FS_TYPE
    buffer = ctypes.create_string_buffer(8192)
    size, flags = ctypes.c_size_t(len(buffer)), ctypes.c_uint(0)
    call(SYS_STATMOUNT, request(mount, wanted), buffer, size, flags)
    # 構造体は512バイトで、文字列はその後ろ。フィールドには、そこからの位置が入っている
    fs_type, point = (struct.unpack_from("=I", buffer, at)[0] for at in (36, 108))
    texts = [buffer.raw[512 + at :].split(b"\0")[0].decode() for at in (point, fs_type)]
    return struct.unpack_from("=I", buffer, 56)[0], texts[0], texts[1]


def main() -> None:
    for mount in listmount():
        old, point, fs_type = statmount(mount)
        if point == "/mnt":
            print(f"unique={mount} mountinfo={old} {point} {fs_type}")
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"statmount: {e.strerror}")
