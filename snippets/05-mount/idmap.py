"""bind mountを1つ作り、その中だけでユーザーIDを読み替える（idmapped mount）。

実行: sudo python3 idmap.py SOURCE TARGET '先頭のディスクのID 先頭の見えるID 個数'...
"""

import ctypes
import errno
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH, OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH = -100, 0x1000, 1, 4
MOUNT_ATTR_IDMAP = 0x00100000


class MountAttr(ctypes.Structure):
    """mount_setattr(2) の struct mount_attr。"""

    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result


def user_namespace(lines: list[str]) -> int:
    """読み替えの表を持つユーザー名前空間を作り、そのファイルディスクリプタを返す。"""
    (ready, tell), (wait, go) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        try:
            os.unshare(os.CLONE_NEWUSER)
            os.write(tell, b"0")
            os.read(wait, 1)  # 親が終わっても、ここは終わる
        except OSError as e:
            os.write(tell, str(e.errno).encode())
        finally:
            os._exit(0)
    os.close(tell)  # 閉じないと、子が何も書かずに死んだとき、次のreadが終わらない
    try:
        if code := int(os.read(ready, 8) or errno.ECHILD):
            raise OSError(code, os.strerror(code), "unshare")
        for name in ("uid_map", "gid_map"):
            with open(f"/proc/{pid}/{name}", "w") as table:
                table.write("\n".join(lines))
        return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(go)
        os.waitpid(pid, 0)


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} SOURCE TARGET 'DISK_ID MOUNT_ID COUNT'...")
    source, target = (name.encode() for name in sys.argv[1:3])
    attr = MountAttr(attr_set=MOUNT_ATTR_IDMAP, userns_fd=user_namespace(sys.argv[3:]))
    tree = check(LIBC.open_tree(AT_FDCWD, source, OPEN_TREE_CLONE), "open_tree")
    size = ctypes.c_size_t(ctypes.sizeof(attr))
    done = LIBC.mount_setattr(tree, b"", AT_EMPTY_PATH, ctypes.byref(attr), size)
    check(done, "mount_setattr")  # マウントする前でなければならない
    check(LIBC.move_mount(tree, b"", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), "move_mount")
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"{e.filename or 'idmap'}: {e.strerror}")
