"""何が名前空間を生かしておくのかを、1つずつ測る。

ユーザー名前空間に「この中で作れるのはlimit個まで」と上限を置く。そこで名前空間を作り、中の
プロセスを終わらせたあと、もう1つ作る。ENOSPCで断られれば、前のものはまだ生きている。
実行: python3 alive.py
"""

import ctypes
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
MS_BIND, PR_SET_CHILD_SUBREAPER = 4096, 36
NS = {
    "uts": os.CLONE_NEWUTS,
    "net": os.CLONE_NEWNET,
    "pid": os.CLONE_NEWPID,
    "ipc": os.CLONE_NEWIPC,
    "user": os.CLONE_NEWUSER,
}
KEPT: list[object] = []  # 開いたものを手放さないための置き場所
RUNNING: list[int] = []  # まだ終わらせていないプロセス


def mount(source: str, target: str, fstype: str, flags: int = 0) -> None:
    arguments = source.encode(), target.encode(), fstype.encode(), ctypes.c_ulong(flags), None
    if LIBC.mount(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)


def new_user(flags: int = 0) -> None:
    """新しいユーザー名前空間に移り、その中のrootになる。"""
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER | flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def start(enter: Callable[[], object]) -> int:
    """子を作り、enterで新しい名前空間に入って止まったところで、そのPIDを返す。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            enter()
            os.write(writer, b".")
            signal.pause()
        finally:
            os._exit(1)
    RUNNING.append(pid)
    os.close(writer)
    if not os.read(reader, 1):
        raise ChildProcessError("the child has failed")
    return pid


def end(pid: int) -> None:
    RUNNING.remove(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


# ここから、名前空間kindを作ってつなぎとめる方法


def process(kind: str) -> None:
    start(lambda: os.unshare(NS[kind]))


def nothing(kind: str) -> None:
    end(start(lambda: os.unshare(NS[kind])))


def member(kind: str) -> int:
    """名前空間kindに属する子を作り、そのPIDを返す。"""
    if kind != "pid":
        return start(lambda: os.unshare(NS[kind]))
    # PID名前空間に属するのは、移った者の子から。中継ぎが終わったあと、その子を引き取る
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))
    reader, writer = os.pipe()
    relay = os.fork()
    if relay == 0:
        try:
            os.unshare(NS[kind])
            os.write(writer, str(start(lambda: None)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(relay, 0)
    RUNNING.append(int(os.read(reader, 20)))
    return RUNNING[-1]


def zombie(kind: str) -> None:
    pid = member(kind)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # 終わるのを待つが、回収はしない


def pidfd(kind: str) -> None:
    pid = member(kind)
    KEPT.append(os.pidfd_open(pid))
    end(pid)


def bind_mount(kind: str) -> None:
    pid = start(lambda: os.unshare(NS[kind]))
    mount(f"/proc/{pid}/ns/{kind}", "/etc/hostname", "", MS_BIND)
    end(pid)


def open_socket(kind: str) -> None:
    here, there = socket.socketpair()

    def enter() -> None:
        os.unshare(NS[kind])
        made_inside = socket.socket()
        socket.send_fds(there, [b"."], [made_inside.fileno()])

    end(start(enter))
    KEPT.append(socket.recv_fds(here, 1, 1))


def filesystem(kind: str, fstype: str) -> None:
    def enter() -> None:
        os.unshare(NS[kind])
        pid = os.fork()  # PID名前空間に入るのは子だけなので、マウントも子がする
        if pid == 0:
            try:
                mount(fstype, "/tmp", fstype)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    end(start(enter))
    if not os.path.ismount("/tmp"):
        raise FileNotFoundError(f"{fstype} is not mounted")


def owned(kind: str) -> None:
    pid = start(lambda: os.unshare(NS[kind] | os.CLONE_NEWUTS))
    KEPT.append(os.open(f"/proc/{pid}/ns/uts", os.O_RDONLY))
    end(pid)


def child(kind: str) -> None:
    pid = start(lambda: (new_user(), new_user()))
    KEPT.append(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY))
    end(pid)


# --8<-- [start:core]
def open_file(kind: str) -> None:
    pid = start(lambda: os.unshare(NS[kind]))
    KEPT.append(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY))
    end(pid)


def alive(kind: str) -> bool:
    for wait in (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1):  # 片付けを後回しにする種類がある
        time.sleep(wait)
        pid = os.fork()
        if pid == 0:
            try:
                os.unshare(NS[kind])
            except OSError as e:
                os._exit(1 if e.errno == errno.ENOSPC else 2)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if status == 0:
            return False
        if os.waitstatus_to_exitcode(status) != 1:
            raise ChildProcessError("not ENOSPC")
    return True


def measure(kind: str, label: str, hold: Callable[[str], None], limit: int = 1) -> str:
    new_user(os.CLONE_NEWNS)
    Path(f"/proc/sys/user/max_{kind}_namespaces").write_text(str(limit))
    hold(kind)
    return f"{kind:<5} {label:<24} {'alive' if alive(kind) else 'gone'}"


# --8<-- [end:core]


ROWS = [
    *((kind, "(nothing)", nothing) for kind in NS),
    ("uts", "process", process),
    *((kind, "zombie", zombie) for kind in ("uts", "user", "pid")),
    *((kind, "pidfd", pidfd) for kind in ("uts", "user", "pid")),
    ("uts", "open file", open_file),
    ("uts", "bind mount", bind_mount),
    ("net", "socket", open_socket),
    ("pid", "pid_for_children", process),
    ("pid", "mounted proc", lambda kind: filesystem(kind, "proc")),
    ("ipc", "mounted mqueue", lambda kind: filesystem(kind, "mqueue")),
    ("user", "owned uts namespace", owned),
    ("user", "child user namespace", child, 2),
]
results = []
for row in ROWS:
    reader, writer = os.pipe()
    if os.fork() == 0:  # 1行ずつ、まっさらなプロセスで測る
        try:
            os.write(writer, measure(*row).encode())
        except OSError as e:
            print(f"alive: {e.strerror or e}", file=sys.stderr, flush=True)
        finally:
            for pid in RUNNING.copy():
                end(pid)
            os._exit(0)
    os.close(writer)
    results.append(reader)
lines = [os.read(reader, 100).decode() for reader in results]
print("\n".join(line for line in lines if line))
sys.exit(0 if all(lines) else 1)
