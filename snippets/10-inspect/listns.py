"""listns(2) で名前空間を並べ、ファイルハンドルで開いて名前を調べる。

実行: sudo python3 listns.py [uts|user|… 所有者の番号]
"""

import ctypes
import errno
import os
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
SYS_LISTNS = 470  # include/uapi/asm-generic/unistd.h（6.19以降）。x86-64とarm64で同じ
FD_NSFS_ROOT, FILEID_NSFS = -10003, 0xF1  # uapi/linux/fcntl.h、linux/exportfs.h
KINDS = {
    "mnt": os.CLONE_NEWNS,
    "uts": os.CLONE_NEWUTS,
    "ipc": os.CLONE_NEWIPC,
    "pid": os.CLONE_NEWPID,
    "net": os.CLONE_NEWNET,
    "user": os.CLONE_NEWUSER,
    "cgroup": os.CLONE_NEWCGROUP,
    "time": os.CLONE_NEWTIME,
}


# --8<-- [start:main]
def listns(kinds: int, owner: int) -> list[int]:
    """名前空間の識別番号。kindsはCLONE_NEW*を|でつないだもの、0なら全種類。ownerは所有者の番号。"""
    found: list[int] = []
    ids = (ctypes.c_uint64 * 16)()
    while True:
        # struct ns_id_req: 大きさ、0、最後に受け取った番号、種類、0、所有者の番号
        request = struct.pack("=IIQIIQ", 32, 0, found[-1] if found else 0, kinds, 0, owner)
        size, flags = ctypes.c_size_t(len(ids)), ctypes.c_uint(0)
        n = LIBC.syscall(ctypes.c_long(SYS_LISTNS), request, ids, size, flags)
        if n < 0 and ctypes.get_errno() != errno.ENOENT:
            sys.exit(f"listns: {os.strerror(ctypes.get_errno())}")
        if n <= 0:  # 後にもうなければ、0のことも、ENOENTのこともある
            return found
        found += ids[:n]


def open_ns(number: int) -> int:
    handle = struct.pack("=IiQII", 16, FILEID_NSFS, number, 0, 0)
    fd: int = LIBC.open_by_handle_at(FD_NSFS_ROOT, handle, os.O_RDONLY | os.O_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd


def main() -> None:
    kinds = owner = 0
    for word in sys.argv[1:]:
        if word in KINDS:
            kinds |= KINDS[word]
        else:
            owner = int(word)
    for number in listns(kinds, owner):
        try:
            fd = open_ns(number)
            print(number, os.readlink(f"/proc/self/fd/{fd}"))
            os.close(fd)
        except OSError as e:
            print(number, e.strerror)

    # --8<-- [end:main]


main()
