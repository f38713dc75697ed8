"""マウント名前空間1つを fanotify(7) で見張り、マウントの増減をその番号とともに受け取る。

実行: sudo python3 watch_mntns.py
"""

import ctypes
import os
import struct
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
# <linux/fanotify.h> のもの。Debian 13のヘッダーには、まだない
FAN_CLOEXEC, FAN_NONBLOCK, FAN_REPORT_MNT = 0x1, 0x2, 0x4000
FAN_MARK_ADD, FAN_MARK_MNTNS = 0x1, 0x110
FAN_MNT_ATTACH, FAN_MNT_DETACH = 0x01000000, 0x02000000
AT_FDCWD = -100


def check(result: int, what: str) -> int:
    if result < 0:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


# --8<-- [start:main]
def events(fd: int) -> list[str]:
    """たまっている知らせ。見出し（24バイト）に、マウントの番号の入った記録が続く。"""
    try:
        data, found = os.read(fd, 4096), []
    except BlockingIOError:
        return []
    while data:
        length, mask = struct.unpack_from("=I4xQ", data)
        (mount,) = struct.unpack_from("=Q", data, 32)
        found.append(f"{'attach' if mask & FAN_MNT_ATTACH else 'detach'} {mount}")
        data = data[length:]
    return found


def main() -> None:
    flags = FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_MNT
    fd = check(LIBC.fanotify_init(flags, 0), "fanotify_init")
    mask = ctypes.c_uint64(FAN_MNT_ATTACH | FAN_MNT_DETACH)
    own = b"/proc/self/ns/mnt"
    marked = LIBC.fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MNTNS, mask, AT_FDCWD, own)
    check(marked, "fanotify_mark")
    for command in (
        "mount -t tmpfs tmpfs /mnt",
        "umount /mnt",
        "unshare -m mount -t tmpfs tmpfs /mnt",
    ):
        subprocess.run(command.split(), check=True)
        print(f"{command}:", ", ".join(events(fd)) or "nothing")
    # --8<-- [end:main]


main()
