"""演習2: いまあるディレクトリだけを書き込み可のまま残し、ほかを全部読み取り専用にする。

実行: unshare -Ur python3 read_only.py COMMAND...
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY = 1
MS_BIND, MS_PRIVATE = 1 << 12, 1 << 18


def check(result: int, what: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)


def set_attributes(path: bytes, on: int, off: int, propagation: int, flags: int) -> None:
    """mount_setattr(2)。struct mount_attrは64ビットの整数が4つ。"""
    attr, size = (ctypes.c_uint64 * 4)(on, off, propagation, 0), ctypes.c_size_t(32)
    check(LIBC.mount_setattr(AT_FDCWD, path, flags, attr, size), "mount_setattr")


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} COMMAND...")
    here = os.getcwd().encode()
    os.unshare(os.CLONE_NEWNS)
    check(LIBC.mount(here, here, None, ctypes.c_ulong(MS_BIND), None), "mount")
    set_attributes(b"/", MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, AT_RECURSIVE)
    set_attributes(here, 0, MOUNT_ATTR_RDONLY, 0, 0)
    os.chdir(here)
    os.execvp(sys.argv[1], sys.argv[1:])


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'read_only'}: {e.strerror}")
