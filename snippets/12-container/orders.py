"""箱を作る手順を1つずつ間違えて、どのエラーになるかを表示する。

実行: python3 orders.py ROOT（sudoは要らない。ROOTには空のディレクトリprocが要る）
"""

import ctypes
import errno
import os
import socket
import sys
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_REC, MNT_DETACH = 1 << 12, 1 << 14, 2
UID, GID = os.getuid(), os.getgid()


def call(name: str, *args: str | int | None) -> None:
    """glibcの関数を呼び、失敗ならOSErrorにする。"""
    plain = [a.encode() if isinstance(a, str) else a for a in args]
    if getattr(LIBC, name)(*[ctypes.c_ulong(a) if isinstance(a, int) else a for a in plain]) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


def write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, text.encode())
    os.close(fd)


def become_root(flags: int) -> None:
    os.unshare(os.CLONE_NEWUSER | flags)
    write("/proc/self/uid_map", f"0 {UID} 1")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/gid_map", f"0 {GID} 1")


def in_child(task: Callable[[], object]) -> int:
    """taskを子でおこない、errnoを返す。成功なら0。"""
    pid = os.fork()
    if pid == 0:
        status = 255
        try:
            task()
            status = 0
        except OSError as e:
            status = e.errno
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# --8<-- [start:orders]
def without_user() -> None:
    os.unshare(os.CLONE_NEWUTS)  # CLONE_NEWUSERがいっしょでない


def host_of_outside() -> None:
    become_root(0)
    socket.sethostname("box")  # UTSは外のもの


def group_first() -> None:
    os.unshare(os.CLONE_NEWUSER)
    write("/proc/self/gid_map", f"0 {GID} 1")  # setgroupsを禁じる前


def no_mount_point() -> None:
    become_root(os.CLONE_NEWNS)
    os.chdir(sys.argv[1])
    call("pivot_root", ".", ".")  # 自分自身にbindする前


def proc_without_fork() -> None:
    become_root(os.CLONE_NEWNS | os.CLONE_NEWPID)
    call("mount", "proc", "/proc", "proc", 0, None)  # PID 1を生む前


def proc_too_late() -> None:
    become_root(os.CLONE_NEWNS | os.CLONE_NEWPID)

    def init() -> None:
        call("mount", sys.argv[1], sys.argv[1], None, MS_BIND | MS_REC, None)
        os.chdir(sys.argv[1])
        call("pivot_root", ".", ".")
        call("umount2", ".", MNT_DETACH)
        call("mount", "proc", "/proc", "proc", 0, None)  # 古い/procは、もうない

    os._exit(in_child(init))


def clock_too_late() -> None:
    become_root(os.CLONE_NEWTIME)
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    write("/proc/self/timens_offsets", "boottime 60 0")  # 子が生まれたあと


# --8<-- [end:orders]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ROOT")
    for task in (
        without_user,
        host_of_outside,
        group_first,
        no_mount_point,
        proc_without_fork,
        proc_too_late,
        clock_too_late,
    ):
        print(f"{task.__name__:<18}{errno.errorcode.get(in_child(task), 'ok')}", flush=True)


main()
