"""pivot_root(2) が失敗する原因を、1つずつ作って確かめる。

実行: sudo python3 pivot_errors.py
"""

import ctypes
import errno
import os
import sys
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_REC, MS_PRIVATE, MS_SHARED = 1 << 12, 1 << 14, 1 << 18, 1 << 20


def call(name: str, *args: str | int | None) -> None:
    """整数はunsigned long、文字列はバイト列として渡す。"""
    texts = [a.encode() if isinstance(a, str) else a for a in args]
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in texts]
    if getattr(LIBC, name)(*words) < 0:
        raise OSError(ctypes.get_errno(), name)


def propagate(target: str, flags: int) -> None:
    call("mount", "none", target, None, flags, None)


def tmpfs(target: str) -> None:
    os.makedirs(target, exist_ok=True)
    call("mount", "tmpfs", target, "tmpfs", 0, None)


def playground() -> None:
    """/mntにtmpfs、その下の/mnt/newにもう1つ。どちらもprivate。"""
    os.unshare(os.CLONE_NEWNS)
    propagate("/", MS_REC | MS_PRIVATE)
    for target in ("/mnt", "/mnt/new", "/mnt/jail"):
        tmpfs(target)
    for name in ("/mnt/plain/new", "/mnt/new/old", "/mnt/other", "/mnt/jail/new"):
        os.makedirs(name)


def pivot(new: str, old: str) -> None:
    call("pivot_root", new, old)


def not_mounted() -> None:
    pivot("/mnt/plain", "/mnt/plain/new")


def root_mount() -> None:
    pivot("/srv", "/srv")


def old_on_root() -> None:
    pivot("/mnt/new", "/srv")


def old_elsewhere() -> None:
    pivot("/mnt/new", "/mnt/other")


# --8<-- [start:cases]
def parent_shared() -> None:
    propagate("/mnt", MS_SHARED)
    pivot("/mnt/new", "/mnt/new/old")


def old_shared() -> None:
    propagate("/mnt/new", MS_SHARED)
    pivot("/mnt/new", "/mnt/new/old")


def root_parent_shared() -> None:
    tmpfs("/mnt/jail/new")
    propagate("/mnt", MS_SHARED)
    os.chroot("/mnt/jail")
    pivot("/new", "/new")


def chrooted() -> None:
    tmpfs("/mnt/plain/new")
    os.chroot("/mnt/plain")
    pivot("/new", "/new")


def unreachable() -> None:
    os.chdir("/mnt/new")
    os.chroot("/mnt/jail")
    pivot(".", "old")


def other_namespace() -> None:
    old = os.open("/proc/self/ns/mnt", os.O_RDONLY)  # 元の名前空間を生かしておく
    fd = os.open("/mnt/new", os.O_PATH)
    os.unshare(os.CLONE_NEWNS)
    os.fchdir(fd)  # ファイルディスクリプタは、元の名前空間のマウントを指したまま
    pivot(".", "old")
    os.close(old)


def locked() -> None:
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
    pivot("/mnt/new", "/mnt/new/old")


def bound() -> None:
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
    call("mount", "/mnt/new", "/mnt/new", None, MS_BIND, None)
    pivot("/mnt/new", "/mnt/new/old")


def correct() -> None:
    pivot("/mnt/new", "/mnt/new/old")
    # --8<-- [end:cases]


CASES: dict[str, Callable[[], None]] = {
    "new_rootがマウントポイントでない": not_mounted,
    "new_rootの親がshared": parent_shared,
    "put_oldのあるマウントがshared": old_shared,
    "いまのルートの親がshared": root_parent_shared,
    "put_oldがnew_rootの下にない": old_elsewhere,
    "いまのルートがマウントポイントでない": chrooted,
    "new_rootがいまのルートの下にない": unreachable,
    "new_rootが別の名前空間のマウント": other_namespace,
    "new_rootがロックされている": locked,
    "new_rootがいまのルートと同じマウント": root_mount,
    "put_oldがいまのルートと同じマウント": old_on_root,
    "ロックされたnew_rootを、自分自身にbind": bound,
    "正しい手順": correct,
}


def main() -> None:
    for cause, case in CASES.items():
        pid = os.fork()
        if pid == 0:
            try:
                playground()
                case()
                os._exit(0)
            except OSError as e:
                os._exit(e.errno or 255)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        print(f"{errno.errorcode[code] if code else 'ok':<7} {cause}", flush=True)


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 pivot_errors.py")
main()
