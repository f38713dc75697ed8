"""同じ操作を4つの立場で試し、許されるかどうかを並べる。

user    一般ユーザー
-Ur     新しいユーザー名前空間のroot。ほかの名前空間は外のまま
-Ur+ns  その名前空間が所有する、新しいUTS・Mount・Network・PID・IPC名前空間も持つroot
root    最初のユーザー名前空間のroot
実行: python3 three_worlds.py（rootの列はsudoを使う）
"""

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable

DIRECTORY = "three_worlds.tmp"
IP_FORWARD = "/proc/sys/net/ipv4/ip_forward"
LIBC = ctypes.CDLL(None, use_errno=True)
WORLDS = {
    "user": [],
    "-Ur": ["unshare", "-Ur"],
    "-Ur+ns": ["unshare", "-Urumnipf", "--mount-proc"],
    "root": ["sudo"],
}


def check(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def mount(fstype: str) -> None:
    check(LIBC.mount(b"none", DIRECTORY.encode(), fstype.encode(), 0, None))
    check(LIBC.umount2(DIRECTORY.encode(), 2))  # MNT_DETACH


def mknod() -> None:
    os.mknod(f"{DIRECTORY}/null", 0o20600, os.makedev(1, 3))
    os.unlink(f"{DIRECTORY}/null")


def chown() -> None:
    os.chown(DIRECTORY, 1, -1)
    os.chown(DIRECTORY, 0, -1)


def bind_80() -> None:
    with socket.socket() as s:
        s.bind(("", 80))


# --8<-- [start:operations]
OPERATIONS: dict[str, Callable[[], object]] = {
    "sethostname(2)": lambda: socket.sethostname(socket.gethostname()),
    "mount(2) tmpfs": lambda: mount("tmpfs"),
    "mount(2) proc": lambda: mount("proc"),
    "mount(2) devtmpfs": lambda: mount("devtmpfs"),
    "mknod(2) null": mknod,
    "socket(2) raw": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "bind(2) port 80": bind_80,
    "chroot(2)": lambda: os.chroot("/"),
    "chown(2) to 1": chown,
    "setgroups(2)": lambda: os.setgroups([]),
    "unshare(2) UTS": lambda: os.unshare(os.CLONE_NEWUTS),
    "open(2) ip_forward": lambda: os.close(os.open(IP_FORWARD, os.O_WRONLY)),
    "kill(2) PID 1": lambda: os.kill(1, 0),
    "open(2) shadow": lambda: os.close(os.open("/etc/shadow", os.O_RDONLY)),
    "setpriority(2)": lambda: os.setpriority(os.PRIO_PROCESS, 0, -1),
    "swapoff(2)": lambda: check(LIBC.swapoff(b"/none")),
}
# --8<-- [end:operations]


def measure() -> dict[str, str]:
    results = {}
    os.mkdir(DIRECTORY)
    for name, operation in OPERATIONS.items():
        try:
            operation()
            results[name] = "ok"
        except OSError as e:
            results[name] = errno.errorcode[e.errno or 0]
    os.rmdir(DIRECTORY)
    return results


def main() -> None:
    columns = {}
    for world, prefix in WORLDS.items():
        command = [*prefix, sys.executable, __file__, "measure"]
        columns[world] = json.loads(subprocess.check_output(command))
    print(f"{'':<21}" + "".join(f"{world:<9}" for world in columns).rstrip())
    for name in OPERATIONS:
        print(f"{name:<21}" + "".join(f"{c[name]:<9}" for c in columns.values()).rstrip())


if sys.argv[1:] == ["measure"]:
    print(json.dumps(measure()))
else:
    main()
