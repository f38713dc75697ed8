"""種類を1つだけ分けた子と、何も分けない子で、同じ呼び出しと同じファイルの答えを比べる。

実行: sudo python3 effects.py
"""

import ctypes
import os
import re
import socket
import struct
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
KEY, OUTER = 0x6E73, os.getpid()


def call(name: str, *args: object) -> int:
    result: int = getattr(LIBC, name)(*args)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def mount(kind: str, at: str) -> None:
    call("mount", kind.encode(), at.encode(), kind.encode(), 0, None)


def capabilities() -> str:
    header, data = struct.pack("=Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    call("capget", header, data)
    return data.raw.hex()


def sysinfo() -> str:
    """起動からの日数。秒では、たまたま等しいことも、1だけ違うこともある。"""
    data = ctypes.create_string_buffer(256)
    call("sysinfo", data)
    return str(struct.unpack_from("@l", data)[0] // 86400)


def days(clock: int) -> int:
    return int(time.clock_gettime(clock)) // 86400


def connect(kind: int, address: object) -> None:
    with socket.socket(kind, socket.SOCK_STREAM) as client:
        client.connect(address)  # type: ignore[arg-type]


def bind(port: int) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))


FOLDERS = ("/proc", "/proc/self", "/proc/self/net", "/proc/sysvipc", "/sys/class/net")
SKIPPED = re.compile(
    r"mem$|info$|page|kmsg|kcore|kallsyms|clear_refs|vmstat|sysrq|random/|/interrupts|/softirqs"
    r"|timer_list|sched|smaps|/maps$|/stack$|trigger|drop_caches|compact_memory|self/io$"
    r"|state$|-nr$|usage|locks|numa_maps|protocols|diskstats"
    r"|arch_status|softnet|net/unix$|net/dev$|net/snmp|netstat|sockstat|/syscall$|statm$|net/(tcp6?|netlink)$"
)


def files() -> Iterator[str]:
    """見るファイル：`/proc/sys` の全部と、`FOLDERS` の中のファイル。"""
    for folder, _, names in os.walk("/proc/sys"):
        yield from (f"{folder}/{name}" for name in names)
    for folder in FOLDERS:
        yield from (one.path for one in os.scandir(folder) if one.is_file(follow_symlinks=False))
    yield from ("/proc", "/sys/class/net")


def answer(what: Callable[[], object]) -> str:
    try:
        return str(what())
    except OSError as e:
        return str(e.errno)


def read(path: str) -> object:
    if path == "/proc":
        return str(OUTER) in os.listdir(path)
    if os.path.isdir(path):
        return sorted(os.listdir(path))
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        text = os.read(fd, 1 << 16).decode(errors="replace")
    finally:
        os.close(fd)
    if path == "/proc/self/stat":  # 親のPIDと、始まった時刻だけ。ほかは、実行のたびに違う
        fields = text.rsplit(") ", 1)[1].split()
        return fields[1], fields[19]
    if path == "/proc/stat":  # 起動の時刻だけ
        return re.findall(r"btime \d+", text)
    if path == "/proc/uptime":  # 秒だけ
        return text.split(".")[0]
    if path == "/proc/loadavg":  # 最後に割り当てたPIDだけ
        return text.split()[-1]
    if path == "/proc/self/status":
        return re.findall(r"(?m)^(?:PPid|Uid|Gid|Groups|Cap|Seccomp).*", text)
    return text


def answers(flags: int, prepare: Callable[[], None] | None, port: int) -> Iterator[tuple[str, str]]:
    """分けた先での、すべての答え。`/proc` などは、そこで新しくマウントする。"""
    mount("proc", "/proc")
    if flags == os.CLONE_NEWNET:
        mount("sysfs", "/sys")
    if flags != os.CLONE_NEWTIME:
        os.unshare(flags & os.CLONE_NEWUSER)
        if prepare:
            prepare()
    for path in files():
        if not SKIPPED.search(path):
            yield path, answer(partial(read, path))
    for name, one in calls(port).items():
        yield name, answer(one)


def child(flags: int, prepare: Callable[[], None] | None, port: int) -> dict[str, str]:
    """子を生み、マウントを自分だけのものにして分けさせ、その子（PIDとTimeに入る）に答えさせる。"""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.unshare(os.CLONE_NEWNS | flags & ~os.CLONE_NEWUSER)
            call("mount", None, b"/", None, 0x44000, None)  # MS_REC | MS_PRIVATE
            if flags == os.CLONE_NEWTIME and prepare:
                prepare()  # 最初の子が生まれる前に書く
            if os.fork() == 0:
                with open(writing, "w") as pipe:
                    for name, found in answers(flags, prepare, port):
                        print(name, repr(found), sep="\t", file=pipe)
            else:
                os.wait()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        found = dict(line.rstrip("\n").split("\t", 1) for line in pipe)
    os.waitpid(pid, 0)
    return found


# --8<-- [start:main]
def names() -> None:
    socket.sethostname("inner")
    call("setdomainname", b"inner", 5)


def one_user() -> None:
    """root（0番）を、中では1234番にする。"""
    for name, text in (("uid_map", "1234 0 1"), ("setgroups", "deny"), ("gid_map", "1234 0 1")):
        with open(f"/proc/self/{name}", "wb", buffering=0) as file:
            file.write(text.encode())


def later() -> None:
    """時計を10日進める。"""
    Path("/proc/self/timens_offsets").write_text("monotonic 864000 0\nboottime 864000 0\n")


# 種類ごとに、フラグと、分けたあとにすること
KINDS: dict[str, tuple[int, Callable[[], None] | None]] = {
    "mnt": (os.CLONE_NEWNS, lambda: mount("tmpfs", "/mnt")),
    "uts": (os.CLONE_NEWUTS, names),
    "ipc": (os.CLONE_NEWIPC, None),
    "pid": (os.CLONE_NEWPID, None),
    "net": (os.CLONE_NEWNET, None),
    "user": (os.CLONE_NEWUSER, one_user),
    "cgroup": (os.CLONE_NEWCGROUP, None),
    "time": (os.CLONE_NEWTIME, later),
}


def calls(port: int) -> dict[str, Callable[[], object]]:
    """外の親が、SysVのIPCを3つ、TCPと抽象UNIXのソケットを1つずつ作ってある。"""
    return {
        "uname": lambda: os.uname().nodename,
        "shmget": lambda: call("shmget", KEY, 0, 0),
        "semget": lambda: call("semget", KEY, 0, 0),
        "msgget": lambda: call("msgget", KEY, 0),
        "mq_open": lambda: call("mq_open", b"/effects", os.O_RDONLY),
        "getppid": lambda: os.getppid() == 0,
        "kill": lambda: os.kill(OUTER, 0),
        "pidfd_open": lambda: os.close(os.pidfd_open(OUTER)),
        "getpriority": lambda: os.getpriority(os.PRIO_PROCESS, OUTER),
        "sched_getaffinity": lambda: os.sched_getaffinity(OUTER),
        "connect (TCP)": lambda: connect(socket.AF_INET, ("127.0.0.1", port)),
        "connect (abstract)": lambda: connect(socket.AF_UNIX, "\0effects"),
        "bind": lambda: bind(port),
        "if_nameindex": socket.if_nameindex,
        "getuid": os.getuid,
        "getgroups": os.getgroups,
        "capget": capabilities,
        "stat (st_uid)": lambda: os.stat("/").st_uid,
        "setgroups": lambda: os.setgroups([]),
        "setuid": lambda: os.setuid(0),
        "chown": lambda: os.chown("/run/effects", 1, 1),
        "sethostname": lambda: socket.sethostname(socket.gethostname()),
        "statfs": lambda: os.statvfs("/mnt").f_fsid,
        "stat (st_dev)": lambda: os.stat("/mnt").st_dev,
        "mount": lambda: mount("tmpfs", "/opt"),
        "clock_gettime (MONOTONIC)": lambda: days(time.CLOCK_MONOTONIC),
        "clock_gettime (BOOTTIME)": lambda: days(time.CLOCK_BOOTTIME),
        "clock_gettime (REALTIME)": lambda: days(time.CLOCK_REALTIME),
        "sysinfo": sysinfo,
    }


def differs(name: str, one: str, other: str, inner: str) -> bool:
    """`one` と `other` は、何も分けない子の答え。数は、その2つの差より大きく違えば違う。"""
    if one == other and not name.startswith("/"):
        return one != inner
    split = [re.split(r"(\d+)", text) for text in (one, other, inner)]
    if len({len(parts) for parts in split}) > 1:
        return len(split[0]) == len(split[1])
    for a, b, c in zip(*split, strict=True):
        if a.isdigit() and b.isdigit() and c.isdigit():
            if abs(int(c) - int(a)) > 50 + 20 * abs(int(b) - int(a)):
                return True
        elif a == b != c:
            return True
    return False


def grouped(paths: list[str]) -> Iterator[str]:
    """`/proc/sys` と `/proc/self/net` では、1つのディレクトリに3つ以上あれば、まとめる。"""
    folders = defaultdict(list)
    for path in paths:
        deep = re.match(r"/proc/(?:sys/[^/]+(?:/[^/]+(?=/))?|self/net|sysvipc)", path)
        folders[deep[0] if deep else ""].append(path)
    for folder, inside in folders.items():
        yield from [f"{folder}/*"] if folder and len(inside) > 2 else inside


def main() -> None:
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as abstract:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        abstract.bind("\0effects")
        abstract.listen()
        port = tcp.getsockname()[1]
        plain, again = child(0, None, port), child(0, None, port)
        for kind, (flag, prepare) in KINDS.items():
            inner = child(flag, prepare, port)
            found = [n for n in inner if n in again and differs(n, plain[n], again[n], inner[n])]
            print(kind)
            print("  calls:", ", ".join(n for n in found if n[0] != "/") or "-")
            print("  files:", " ".join(grouped([n for n in found if n[0] == "/"])) or "-")


# --8<-- [end:main]
ipc = [("shmctl", call("shmget", KEY, 4096, 0o1600)), ("semctl", call("semget", KEY, 1, 0o1600))]
ipc.append(("msgctl", call("msgget", KEY, 0o1600)))
call("mq_open", b"/effects", os.O_RDWR | os.O_CREAT, 0o600, None)
Path("/run/effects").touch()
login = Path("/proc/self/loginuid")
if int(login.read_text()) == 2**32 - 1:  # PAMでログインしたのでなければ、決まっていない
    login.write_text("1000")
try:
    main()
finally:
    os.unlink("/run/effects")
    call("mq_unlink", b"/effects")
    for control, number in ipc:
        call(control, number, *([0] if control == "semctl" else []), 0, None)
