"""名前空間のファイルハンドルを作り、閉じてから、ハンドルで開き直す。

実行: sudo python3 handle.py /proc/PID/ns/uts
"""

import ctypes
import os
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_EMPTY_PATH = 0x1000
FD_NSFS_ROOT = -10003  # include/uapi/linux/fcntl.h。nsfsのルートを表す、開かなくてよい番号
SIZE = 16  # struct nsfs_file_handle（include/uapi/linux/nsfs.h）


def check(result: int, what: str) -> int:
    if result < 0:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/uts")
    # --8<-- [start:main]
    fd = os.open(sys.argv[1], os.O_RDONLY)
    # struct file_handle: 長さ、種類、続けて中身
    handle = ctypes.create_string_buffer(struct.pack("=Ii", SIZE, 0), 8 + SIZE)
    mount_id = ctypes.c_int()
    flags = ctypes.c_int(AT_EMPTY_PATH)
    check(LIBC.name_to_handle_at(fd, b"", handle, ctypes.byref(mount_id), flags), "name_to_handle")
    os.close(fd)
    number, kind, inode = struct.unpack_from("=QII", handle, 8)
    print(f"id={number} type={kind:#x} inode={inode}")

    again = check(LIBC.open_by_handle_at(FD_NSFS_ROOT, handle, os.O_RDONLY), "open_by_handle")
    print("opened", os.readlink(f"/proc/self/fd/{again}"))
    os.close(again)

    struct.pack_into("=QII", handle, 8, number, 0, 0)  # 種類とinode番号は、0でもよい
    again = check(LIBC.open_by_handle_at(FD_NSFS_ROOT, handle, os.O_RDONLY), "open_by_handle")
    print("by id ", os.readlink(f"/proc/self/fd/{again}"))

    struct.pack_into("=QII", handle, 8, number + 10**6, 0, 0)
    check(LIBC.open_by_handle_at(FD_NSFS_ROOT, handle, os.O_RDONLY), "no such id")
    # --8<-- [end:main]


main()
