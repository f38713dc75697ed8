"""箱を作る手順を1つずつ間違えて、どのエラーになるかを表示する。

実行: python3 orders.py ROOT（sudoは要らない。ROOTには空のディレクトリprocが要る）
"""

import ctypes
import errno
import os
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_REC, MNT_DETACH = 1 << 12, 1 << 14, 2
PR_SET_SECCOMP = 22
UID, GID = os.getuid(), os.getgid()


def call(name: str, *args: str | bytes | int | None) -> None:
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


def two_threads() -> None:
    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    os.unshare(os.CLONE_NEWUSER)  # スレッドを生む前でないと


def map_after_exec() -> None:
    os.unshare(os.CLONE_NEWUSER)
    code = "import os; os.unshare(os.CLONE_NEWUTS)"  # 対応表がないと、execveで特権を失う
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    raise OSError(int(done.stderr.partition("[Errno ")[2].partition("]")[0]), "")


def device_by_mknod() -> None:
    become_root(os.CLONE_NEWNS)
    call("mount", "tmpfs", "/mnt", "tmpfs", 0, None)
    os.mknod("/mnt/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))  # bindマウントでなく


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


def busy_old_root() -> None:
    become_root(os.CLONE_NEWNS)
    call("mount", sys.argv[1], sys.argv[1], None, MS_BIND | MS_REC, None)
    os.chdir(sys.argv[1])
    call("pivot_root", ".", ".")
    call("umount2", ".", 0)  # MNT_DETACHがないと、使用中


def clock_too_late() -> None:
    become_root(os.CLONE_NEWTIME)
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    write("/proc/self/timens_offsets", "boottime 60 0")  # 子が生まれたあと


def name_after_drop() -> None:
    become_root(os.CLONE_NEWUTS)
    call("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))  # 特権をすべて捨てる
    socket.sethostname("box")


def filter_first() -> None:
    allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
    program = struct.pack("H6xQ", 1, ctypes.addressof(allow))
    call("prctl", PR_SET_SECCOMP, 2, program, 0, 0)  # no_new_privsの前


# --8<-- [end:orders]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ROOT")
    for task in (
        without_user,
        host_of_outside,
        group_first,
        two_threads,
        map_after_exec,
        no_mount_point,
        device_by_mknod,
        busy_old_root,
        proc_without_fork,
        proc_too_late,
        clock_too_late,
        name_after_drop,
        filter_first,
    ):
        print(f"{task.__name__:<18}{errno.errorcode.get(in_child(task), 'ok')}", flush=True)


main()
