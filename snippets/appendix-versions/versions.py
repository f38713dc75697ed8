"""版によって違うことを1つずつ実際に試し、このカーネルの答えを並べる。

実行: sudo python3 versions.py
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
# 番号は、424番から後では、x86-64とarm64で同じ
SYS_CLONE3, SYS_MOUNT_SETATTR, SYS_LANDLOCK, SYS_LISTMOUNT, SYS_LISTNS = 435, 442, 444, 458, 470


def check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def syscall(number: int, *args: object) -> int:
    return check(LIBC.syscall(ctypes.c_long(number), *args))


def ns(kind: str) -> int:
    return os.open(f"/proc/self/ns/{kind}", os.O_RDONLY)


def become_user() -> None:
    os.setresgid(1000, 1000, 1000)
    os.setresuid(1000, 1000, 1000)
    LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE。戻さないと、自分のuid_mapを開けない


def map_root(uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(fd, text.encode())
        os.close(fd)


def exec_enters_time() -> str:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.unshare(os.CLONE_NEWTIME)
        os.dup2(writing, 1)
        os.execvp("readlink", ["readlink", "/proc/self/ns/time"])
    os.close(writing)
    os.wait()
    return "no" if os.read(reading, 99).strip() == b"time:[4026531834]" else "ok"


def pid_max() -> str:
    """一般ユーザーの作ったユーザー名前空間のrootが、自分のPID名前空間の上限を変えられるか。"""
    become_user()
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWPID)
    map_root(1000, 1000)
    if (pid := os.fork()) == 0:
        try:
            os.write(os.open("/proc/sys/kernel/pid_max", os.O_WRONLY), b"400")
        except OSError as e:
            os._exit(e.errno or 1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return errno.errorcode[code] if code else "ok"


def levels() -> str:
    made = 0
    while True:
        uid, gid = os.geteuid(), os.getegid()
        try:
            os.unshare(os.CLONE_NEWUSER)
        except OSError as e:
            return f"{made}, {errno.errorcode[e.errno or 0]}"
        map_root(uid, gid)
        made += 1


def clone3(flags: int) -> None:
    args = struct.pack("=11Q", flags, *[0] * 10)
    if syscall(SYS_CLONE3, args, ctypes.c_size_t(len(args))) == 0:
        os._exit(0)


def handle(path: str = "/proc/self/ns/uts") -> ctypes.Array[ctypes.c_char]:
    buffer, mount = ctypes.create_string_buffer(struct.pack("=Ii", 16, 0), 24), ctypes.c_int()
    fd = os.open(path, os.O_RDONLY)
    check(LIBC.name_to_handle_at(fd, b"", buffer, ctypes.byref(mount), 0x1000))  # AT_EMPTY_PATH
    return buffer


def waiting(flags: int) -> int:
    """名前空間を作って、親が終わるまで待つ子のPID。"""
    (reading, writing), (wait, go) = os.pipe(), os.pipe()
    if (pid := os.fork()) == 0:
        os.close(go)
        uid, gid = os.geteuid(), os.getegid()
        os.unshare(flags)
        map_root(uid, gid)
        os.write(writing, b"x")
        os.read(wait, 1)
        os._exit(0)
    os.read(reading, 1)
    return pid


def handle_by_user() -> None:
    """一般ユーザーが、自分の子の名前空間をハンドルから開けるか。"""
    become_user()
    pid = waiting(os.CLONE_NEWUSER | os.CLONE_NEWUTS)
    check(LIBC.open_by_handle_at(-10003, handle(f"/proc/{pid}/ns/uts"), 0))  # FD_NSFS_ROOT


def idmapped_tmpfs() -> None:
    userns = os.open(f"/proc/{waiting(os.CLONE_NEWUSER)}/ns/user", os.O_RDONLY)
    fs = check(LIBC.fsopen(b"tmpfs", 0))
    check(LIBC.fsconfig(fs, 6, None, None, 0))  # FSCONFIG_CMD_CREATE
    mount = check(LIBC.fsmount(fs, 0, 0))
    attributes = struct.pack("=QQQQ", 0x100000, 0, 0, userns)  # MOUNT_ATTR_IDMAP
    size = ctypes.c_size_t(len(attributes))
    syscall(SYS_MOUNT_SETATTR, ctypes.c_int(mount), b"", ctypes.c_uint(0x1000), attributes, size)


def rmem_max() -> None:
    os.unshare(os.CLONE_NEWNET)
    os.close(os.open("/proc/sys/net/core/rmem_max", os.O_RDONLY))


def listns() -> None:
    request, ids = struct.pack("=IIQIIQ", 32, 0, 0, 0, 0, 0), (ctypes.c_uint64 * 64)()
    syscall(SYS_LISTNS, request, ids, ctypes.c_size_t(64), ctypes.c_uint(0))


def listmount() -> None:
    request, ids = struct.pack("=IIQQ", 24, 0, 2**64 - 1, 0), (ctypes.c_uint64 * 64)()
    syscall(SYS_LISTMOUNT, request, ids, ctypes.c_size_t(64), ctypes.c_uint(0))


def listmount_by_id() -> None:
    number = struct.unpack("=Q", fcntl.ioctl(ns("mnt"), 0x8008B705, bytes(8)))[0]
    request, ids = struct.pack("=IIQQQ", 32, 0, 2**64 - 1, 0, number), (ctypes.c_uint64 * 64)()
    syscall(SYS_LISTMOUNT, request, ids, ctypes.c_size_t(64), ctypes.c_uint(0))


def fsmount_namespace() -> None:
    fs = check(LIBC.fsopen(b"tmpfs", 0))
    check(LIBC.fsconfig(fs, 6, None, None, 0))  # FSCONFIG_CMD_CREATE
    check(LIBC.fsmount(fs, 2, 0))


def proc_pidns() -> None:
    fs = check(LIBC.fsopen(b"proc", 0))
    check(LIBC.fsconfig(fs, 1, b"pidns", b"/proc/self/ns/pid", 0))  # FSCONFIG_SET_STRING


def before_child() -> None:
    os.unshare(os.CLONE_NEWPID)
    os.readlink("/proc/self/ns/pid_for_children")


def fixed() -> str:
    found = os.stat("/proc/1/ns/net").st_ino, os.stat("/proc/1/ns/mnt").st_ino
    return "ok" if found == (4026531833, 4026531832) else "no"


def landlock() -> str:
    return f"ABI {syscall(SYS_LANDLOCK, None, ctypes.c_size_t(0), ctypes.c_uint(1))}"


def apparmor() -> str:
    mask = "/sys/kernel/security/apparmor/features/namespaces/mask"
    return "ok" if os.path.exists(mask) else "no"


# --8<-- [start:main]
# 値は、include/uapi/linux/ の nsfs.h、sockios.h、pidfd.h、mount.h、sched.h、fanotify.h から
PROBES: dict[str, Callable[[], object]] = {
    "NS_GET_USERNS": lambda: fcntl.ioctl(ns("mnt"), 0xB701),
    "SIOCGSKNS": lambda: fcntl.ioctl(socket.socket(), 0x894C),
    "rmem_max in a new net ns": rmem_max,
    "exec enters time ns": exec_enters_time,
    "idmapped tmpfs": idmapped_tmpfs,
    "AppArmor userns_create": apparmor,
    "listmount(2)": listmount,
    "listmount(2), other ns": listmount_by_id,
    "NS_GET_MNTNS_ID": lambda: fcntl.ioctl(ns("mnt"), 0x8008B705, bytes(8)),
    "NS_GET_TGID_IN_PIDNS": lambda: fcntl.ioctl(ns("pid"), 0x8004B709, os.getpid()),
    "PIDFD_GET_UTS_NAMESPACE": lambda: fcntl.ioctl(os.pidfd_open(os.getpid()), 0xFF0A),
    "NS_MNT_GET_INFO": lambda: fcntl.ioctl(ns("mnt"), 0x8010B70A, bytes(16)),
    "PIDFD_GET_INFO": lambda: fcntl.ioctl(os.pidfd_open(os.getpid()), 0xC040FF0B, bytes(64)),
    "pid_max per pid ns": pid_max,
    "FAN_REPORT_MNT": lambda: check(LIBC.fanotify_init(0x4000, 0)),
    "net, mnt inode fixed": fixed,
    "proc pidns=": proc_pidns,
    "NS_GET_ID": lambda: fcntl.ioctl(ns("uts"), 0x8008B70D, bytes(8)),
    "nsfs file handles": lambda: bool(handle()),
    "handle opened by a user": handle_by_user,
    "listns(2)": listns,
    "pid_for_children, no child": before_child,
    "OPEN_TREE_NAMESPACE": lambda: check(LIBC.open_tree(-100, b"/", 2)),
    "FSMOUNT_NAMESPACE": fsmount_namespace,
    "UNSHARE_EMPTY_MNTNS": lambda: os.unshare(0x00100000),
    "CLONE_AUTOREAP|CLONE_NNP": lambda: clone3(1 << 34 | 1 << 35),
    "CLONE_NEWPID|CLONE_PARENT": lambda: clone3(0x20000000 | 0x8000),
    "user ns levels": levels,
    "Landlock": landlock,
}


def main() -> None:
    for name, probe in PROBES.items():
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:  # どれも、使い捨ての子で試す
            try:
                answer = probe()
                os.write(writing, (answer if isinstance(answer, str) else "ok").encode())
            except OSError as e:
                os.write(writing, errno.errorcode[e.errno or 0].encode())
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        os.close(writing)
        print(f"{name:<27} {os.read(reading, 99).decode() or 'failed'}", flush=True)
        os.close(reading)


# --8<-- [end:main]
main()
