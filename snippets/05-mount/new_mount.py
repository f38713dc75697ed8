"""新しいマウントAPIで、tmpfsを作り、中身を入れてから/mntにマウントする。

実行: sudo python3 new_mount.py
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)  # glibc 2.36から、どの関数もある
# <linux/mount.h> の値
FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC, MOVE_MOUNT_F_EMPTY_PATH = 1, 1, 4
FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE = 1, 6
MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 2, 4
AT_FDCWD = -100


def check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def configure(fs: int, command: int, key: bytes | None, value: bytes | None) -> None:
    check(LIBC.fsconfig(fs, command, key, value, 0), "fsconfig")


def names(mnt: int) -> list[str]:
    """fsmount(2) が返すのはO_PATHのfdなので、中を読むには開き直す。"""
    fd = os.open(".", os.O_RDONLY, dir_fd=mnt)
    try:
        return os.listdir(fd)
    finally:
        os.close(fd)


# --8<-- [start:main]
def main() -> None:
    fs = check(LIBC.fsopen(b"tmpfs", FSOPEN_CLOEXEC), "fsopen")
    try:
        configure(fs, FSCONFIG_SET_STRING, b"sise", b"1m")  # わざと綴りを間違える
    except OSError as e:
        print(f"{e.filename}  : {e.strerror}")
        print("read      :", os.read(fs, 4096).decode().strip())  # 何がいけなかったかを読める

    configure(fs, FSCONFIG_SET_STRING, b"size", b"1m")
    configure(fs, FSCONFIG_CMD_CREATE, None, None)
    attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    mnt = check(LIBC.fsmount(fs, FSMOUNT_CLOEXEC, attributes), "fsmount")

    # まだどこにもマウントしていないが、ファイルディスクリプタを通して使える
    os.close(os.open("hello", os.O_CREAT | os.O_WRONLY, dir_fd=mnt))
    print("fsmount   :", names(mnt), os.listdir("/mnt"))
    moved = LIBC.move_mount(mnt, b"", AT_FDCWD, b"/mnt", MOVE_MOUNT_F_EMPTY_PATH)
    check(moved, "move_mount")
    print("move_mount:", names(mnt), os.listdir("/mnt"))
    # --8<-- [end:main]
    check(LIBC.umount2(b"/mnt", 2), "umount2")  # MNT_DETACH。fdはまだ開いている


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename}: {e.strerror}")
