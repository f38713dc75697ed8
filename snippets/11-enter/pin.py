"""プロセスのいる名前空間を、ディレクトリの下のファイルにつなぎとめる。

外すのは umount -R DIR。実行: sudo python3 pin.py PID DIR
"""

import ctypes
import os
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_PRIVATE, MNT_DETACH = 0x1000, 0x40000, 2  # <sys/mount.h>
KINDS = ("mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time")


def mount(source: str | None, target: Path, flags: int) -> None:
    arguments = source and source.encode(), os.fsencode(target), None, ctypes.c_ulong(flags), None
    if LIBC.mount(*arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(target))


def pin(pid: int, directory: Path) -> list[str]:
    """自分と違う種類だけをつなぎとめ、その名前を返す。"""
    directory.mkdir(mode=0o700, exist_ok=True)
    # sharedのままだと、つなぎとめる名前空間の中にまで伝わって、断られることがある
    mount(str(directory), directory, MS_BIND)
    try:
        mount(None, directory, MS_PRIVATE)
        pinned = []
        for kind in KINDS:
            source = f"/proc/{pid}/ns/{kind}"
            if os.path.samefile(source, f"/proc/self/ns/{kind}"):
                continue
            (directory / kind).touch()
            mount(source, directory / kind, MS_BIND)
            pinned.append(kind)
    except OSError:
        LIBC.umount2(os.fsencode(directory), MNT_DETACH)  # 途中のものも、まとめて外れる
        raise
    return pinned


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PID DIR")
    try:
        print("pinned:", *pin(int(sys.argv[1]), Path(sys.argv[2])))
    except OSError as e:
        sys.exit(f"pin: {e.filename}: {e.strerror}")


main()
