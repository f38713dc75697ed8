"""名前空間を1種類ずつ分け、そのたびに9つのことを試して、何が分かれたかを表にする。

子が中で手を加え、子と親がそれぞれ見る。同じに見えたら =、違えば !=、断られたらエラーの名前。
実行: sudo python3 matrix.py
"""

import ctypes
import errno
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

KINDS = {
    "(none)": 0,
    "mnt": os.CLONE_NEWNS,
    "uts": os.CLONE_NEWUTS,
    "ipc": os.CLONE_NEWIPC,
    "pid": os.CLONE_NEWPID,
    "net": os.CLONE_NEWNET,
    "user": os.CLONE_NEWUSER,
    "cgroup": os.CLONE_NEWCGROUP,
    "time": os.CLONE_NEWTIME,
}
LIBC = ctypes.CDLL(None, use_errno=True)
IPC_CREAT, IPC_RMID, MS_REC, MS_PRIVATE = 0o1000, 0, 1 << 14, 1 << 18
CGROUPS = Path("/sys/fs/cgroup")


def libc(name: str, *arguments: object) -> int:
    result: int = getattr(LIBC, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def mount(target: bytes, fstype: bytes, flags: int) -> None:
    libc("mount", b"none", target, fstype, ctypes.c_ulong(flags), None)


def cgroup_of(process: str) -> str:
    return Path(f"/proc/{process}/cgroup").read_text().rpartition("0::")[2].strip()


def listen() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0matrix")
        server.listen()
        os.dup(server.fileno())  # 子が終わるまで、待ち受けたままにする


# --8<-- [start:core]
def act() -> dict[str, str]:
    """子が手を加える。断られたものについて、エラーの名前を返す。"""
    acts: dict[str, Callable[[], object]] = {
        "mount": lambda: mount(b"mounted", b"tmpfs", 0),
        "hostname": lambda: socket.sethostname("inner"),
        "SysV queue": lambda: libc("msgget", 1, IPC_CREAT | 0o600),
        "abstract socket": listen,
        "file": lambda: Path("file").write_text("inner"),
    }
    errors = {}
    for name, do in acts.items():
        try:
            do()
        except OSError as e:
            errors[name] = errno.errorcode[e.errno or 0]
    return errors


def succeeds(do: Callable[[], object]) -> bool:
    try:
        do()
    except OSError:
        return False
    return True


def look(process: str) -> dict[str, object]:
    """子は "self"、親は子のPIDを渡して、同じものを見る。"""
    with socket.socket(socket.AF_UNIX) as client:
        return {
            "mount": Path("mounted").is_mount(),
            "hostname": socket.gethostname(),
            "SysV queue": succeeds(lambda: libc("msgget", 1, 0)),
            "PID": os.getpid() if process == "self" else int(process),
            "abstract socket": succeeds(lambda: client.connect("\0matrix")),
            "UID": os.stat(f"/proc/{process}").st_uid,
            "cgroup": cgroup_of(process),
            "boot clock": time.clock_gettime(time.CLOCK_BOOTTIME) > 10**9,
            "file": Path("file").exists(),
        }


# --8<-- [end:core]


def start(flags: int, writer: int) -> int:
    """flagsの名前空間を作り、その中に子を生む。戻り値は、外から見た子のPID。"""
    reader, answer = os.pipe()
    if os.fork() == 0:
        try:
            os.unshare(flags)
            if flags == os.CLONE_NEWTIME:  # 最初の子が生まれる前なら、時計をずらせる
                Path("/proc/self/timens_offsets").write_text(f"boottime {2 * 10**9} 0")
            pid = os.fork()  # PIDとTimeは、子から先が中になる
            if pid == 0:
                os.close(answer)
                errors = act()
                os.write(writer, json.dumps([look("self"), errors]).encode())
                signal.pause()
            os.write(answer, str(pid).encode())
        except OSError as e:
            print(f"matrix: {e.strerror}", file=sys.stderr)
        finally:
            os._exit(0)
    os.close(answer)
    os.wait()
    return int(os.read(reader, 20) or sys.exit(1))


def column(flags: int) -> dict[str, str]:
    reader, writer = os.pipe()
    pid = start(flags, writer)
    try:
        os.close(writer)
        inside, errors = json.loads(os.read(reader, 4096))
        outside = look(str(pid))
    finally:
        pidfd = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        select.select([pidfd], [], [])  # 子ではないのでwaitできない。終わればpidfdが読める
        os.close(pidfd)
    same = {name: "=" if inside[name] == value else "!=" for name, value in outside.items()}
    return {**same, **errors}


def main() -> None:
    # 「外」として、このプログラムだけの名前空間を使う。本物のホスト名やマウントは変えない
    os.unshare(os.CLONE_NEWUTS | os.CLONE_NEWIPC | os.CLONE_NEWNS)
    mount(b"/", b"", MS_REC | MS_PRIVATE)
    mount(b"/mnt", b"tmpfs", 0)
    own, hostname = cgroup_of("self"), socket.gethostname()
    cgroup = CGROUPS / "matrix"
    cgroup.mkdir(exist_ok=True)
    table = {}
    try:
        (cgroup / "cgroup.procs").write_text("0")
        for kind, flags in KINDS.items():
            Path(f"/mnt/{kind}/mounted").mkdir(parents=True)
            os.chdir(f"/mnt/{kind}")
            table[kind] = column(flags)
            socket.sethostname(hostname)
            succeeds(lambda: libc("msgctl", libc("msgget", 1, 0), IPC_RMID, None))
    finally:
        (CGROUPS / own.lstrip("/") / "cgroup.procs").write_text("0")
        cgroup.rmdir()

    print(f"{'':<16}" + "".join(f"{kind:<7}" for kind in KINDS))
    for name in table["(none)"]:
        print(f"{name:<16}" + "".join(f"{table[kind][name]:<7}" for kind in KINDS))


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 matrix.py")
main()
