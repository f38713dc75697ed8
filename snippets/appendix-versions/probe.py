"""名前空間を調べる手段を1つずつ試し、このカーネルが答えるかどうかを表にする。

実行: sudo python3 probe.py
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Callable

# --8<-- [start:head]
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
# システムコールの番号は、424番から後では、x86-64とarm64で同じ
SYS_LISTMOUNT, SYS_LISTNS = 458, 470
MNT, PID = os.open("/proc/self/ns/mnt", os.O_RDONLY), os.open("/proc/self/ns/pid", os.O_RDONLY)
PIDFD = os.pidfd_open(os.getpid())
SOCKET = socket.socket()
# --8<-- [end:head]


def check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def syscall(number: int, *args: object) -> None:
    check(LIBC.syscall(ctypes.c_long(number), *args))


def listmount(kind: str) -> None:
    """struct mnt_id_req は、最初の版が24バイト、名前空間を選べる版が32バイト。"""
    request = struct.pack("=IIQQ", 24, 0, 2**64 - 1, 0)
    if kind == "ns":
        id_ = struct.unpack("=Q", fcntl.ioctl(MNT, 0x8008B705, bytes(8)))[0]
        request = struct.pack("=IIQQQ", 32, 0, 2**64 - 1, 0, id_)
    ids = (ctypes.c_uint64 * 64)()
    syscall(SYS_LISTMOUNT, request, ids, ctypes.c_size_t(64), ctypes.c_uint(0))


def listns() -> None:
    request, ids = struct.pack("=IIQIIQ", 32, 0, 0, 0, 0, 0), (ctypes.c_uint64 * 64)()
    syscall(SYS_LISTNS, request, ids, ctypes.c_size_t(64), ctypes.c_uint(0))


def name_to_handle_at() -> None:
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 16, 0), 24)
    mount = ctypes.c_int()
    check(LIBC.name_to_handle_at(MNT, b"", handle, ctypes.byref(mount), 0x1000))  # AT_EMPTY_PATH


# --8<-- [start:main]
# include/uapi/linux/nsfs.h、pidfd.h、sockios.hの値。_IO() と _IOR() の結果を書いてある
PROBES: dict[str, Callable[[], object]] = {
    "readlink /proc/PID/ns/*": lambda: os.readlink("/proc/self/ns/mnt"),
    "NS_GET_USERNS": lambda: fcntl.ioctl(MNT, 0xB701),
    "NS_GET_PARENT": lambda: fcntl.ioctl(os.open("/proc/self/ns/user", os.O_RDONLY), 0xB702),
    "NS_GET_NSTYPE": lambda: fcntl.ioctl(MNT, 0xB703),
    "NS_GET_OWNER_UID": lambda: fcntl.ioctl(
        os.open("/proc/self/ns/user", os.O_RDONLY), 0xB704, bytes(4)
    ),
    "SIOCGSKNS": lambda: fcntl.ioctl(SOCKET, 0x894C),
    "listmount(2)": lambda: listmount("mine"),
    "listmount(2) mnt_ns_id": lambda: listmount("ns"),
    "NS_GET_MNTNS_ID": lambda: fcntl.ioctl(MNT, 0x8008B705, bytes(8)),
    "NS_GET_TGID_IN_PIDNS": lambda: fcntl.ioctl(PID, 0x8004B709, os.getpid()),
    "NS_MNT_GET_INFO": lambda: fcntl.ioctl(MNT, 0x8010B70A, bytes(16)),
    "PIDFD_GET_UTS_NAMESPACE": lambda: fcntl.ioctl(PIDFD, 0xFF0A),
    "PIDFD_GET_INFO": lambda: fcntl.ioctl(PIDFD, 0xC040FF0B, bytes(64)),
    "NS_GET_ID": lambda: fcntl.ioctl(MNT, 0x8008B70D, bytes(8)),
    "name_to_handle_at(2) nsfs": name_to_handle_at,
    "listns(2)": listns,
}


# --8<-- [start:loop]
def main() -> None:
    for name, probe in PROBES.items():
        try:
            probe()
            answer = "ok"
        except OSError as e:
            answer = errno.errorcode[e.errno or 0]
        print(f"{name:<26} {answer}")


# --8<-- [end:loop]
# --8<-- [end:main]

if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 probe.py")
main()
