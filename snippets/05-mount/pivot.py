"""pivot_root(2) で、渡されたディレクトリをルートにしてコマンドを起動する。

実行: sudo python3 pivot.py DIR COMMAND...
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 12, 1 << 14, 1 << 18, 2


def call(name: str, *args: bytes | int | None) -> None:
    """glibcの関数を呼び、失敗ならOSErrorにする。整数はunsigned longとして渡す。"""
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in args]
    if getattr(LIBC, name)(*words) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


# --8<-- [start:main]
def enter(root: str) -> None:
    os.unshare(os.CLONE_NEWNS)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    # 新しいルートはマウントポイントでなければならない。自分自身にbindすればそうなる
    call("mount", root.encode(), root.encode(), None, MS_BIND | MS_REC, None)
    os.chdir(root)
    call("pivot_root", b".", b".")  # 古いルートは、新しいルートと同じ場所に重なる
    call("umount2", b".", MNT_DETACH)  # いま「.」でいちばん上にあるのは古いルート
    os.chdir("/")
    # --8<-- [end:main]


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} DIR COMMAND...")
    try:
        enter(sys.argv[1])
        os.execv(sys.argv[2], sys.argv[2:])
    except OSError as e:
        sys.exit(f"{e.filename or 'pivot'}: {e.strerror}")


main()
