"""プロセスの2本目のスレッドから、8種類それぞれの unshare(2) と setns(2) を試す。

workerとmainの列は、unshareのあとで変わっていた /proc/self/task/TID/ns のリンク。
実行: sudo python3 threads.py
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable

KINDS = {
    "mnt": os.CLONE_NEWNS,
    "uts": os.CLONE_NEWUTS,
    "ipc": os.CLONE_NEWIPC,
    "pid": os.CLONE_NEWPID,
    "net": os.CLONE_NEWNET,
    "user": os.CLONE_NEWUSER,
    "cgroup": os.CLONE_NEWCGROUP,
    "time": os.CLONE_NEWTIME,
}


def links(tid: int) -> dict[str, str]:
    """スレッドtidのリンク。まだ行き先のないものは "-" とする。"""
    directory = f"/proc/self/task/{tid}/ns"
    found = {}
    for name in sorted(os.listdir(directory)):
        try:
            found[name] = os.readlink(f"{directory}/{name}")
        except FileNotFoundError:
            found[name] = "-"
    return found


def changed(tid: int, before: dict[str, str]) -> str:
    return " ".join(n for n, target in links(tid).items() if target != before[n]) or "-"


# --8<-- [start:core]
def in_a_thread(call: Callable[[], None]) -> list[str]:
    """新しいプロセスの2本目のスレッドでcallを呼ぶ。結果と、2本のスレッドで変わったリンク。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        before, main = links(os.getpid()), os.getpid()

        def work() -> None:
            try:
                call()
                result = "ok"
            except OSError as e:
                result = errno.errorcode[e.errno or 0]
            worker = threading.get_native_id()
            cells = [result, changed(worker, before), changed(main, before)]
            os.write(writer, ",".join(cells).encode())

        try:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    return os.read(reader, 200).decode().split(",")


# --8<-- [end:core]


def target() -> int:
    """8種類とも別の名前空間にいるプロセスを作り、外から見たPIDを返す。"""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            for flag in KINDS.values():
                os.unshare(flag)
            pid = os.fork()
            if pid == 0:
                os.close(writer)
                signal.pause()
            os.write(writer, str(pid).encode())
        except OSError as e:
            print(f"threads: {e.strerror}", file=sys.stderr)
        finally:
            os._exit(0)
    os.close(writer)  # 閉じないと、子が書かずに死んだとき、次のreadが終わらない
    os.wait()
    if not (written := os.read(reader, 20)):
        sys.exit(1)
    return int(written)


def main() -> None:
    pid = target()
    try:
        print(f"{'kind':<8}{'setns':<8}{'unshare':<9}{'worker':<19}main")
        for kind, flag in KINDS.items():
            fd = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
            setns, *_ = in_a_thread(lambda fd=fd, flag=flag: os.setns(fd, flag))
            unshare, worker, leader = in_a_thread(lambda flag=flag: os.unshare(flag))
            print(f"{kind:<8}{setns:<8}{unshare:<9}{worker:<19}{leader}")
            os.close(fd)
    finally:
        os.kill(pid, signal.SIGKILL)


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 threads.py")
main()
