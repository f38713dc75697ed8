"""種類ごとに、setns(2) で入れるか、誰が移るかを測って並べる。

実行: sudo python3 rules.py
"""

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

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
LIFE = os.pipe()  # 書き手は自分だけ


def in_child(operation: Callable[[], str]) -> str:
    """別のプロセスで動かし、答えの文字列かerrnoの名前を受け取る。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            answer = operation()
        except OSError as e:
            answer = errno.errorcode[e.errno or 0]
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    return os.read(reader, 100).decode()


def new(flag: int) -> int:
    """新しい名前空間を作って止まった子のPID。PIDとTimeでは、孫が中にいる。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(LIFE[1])
        os.unshare(flag)
        if flag in (os.CLONE_NEWPID, os.CLONE_NEWTIME):
            os.fork()  # 中の1人め。親も残る
        os.write(writer, b".")
        os.read(LIFE[0], 1)  # プログラムが終わると、読み終わる
        os._exit(0)
    os.close(writer)
    os.read(reader, 1)
    return pid


def open_ns(pid: int | str, kind: str) -> int:
    # pidとtimeは、作った本人ではなく、その子が中にいる
    name = f"{kind}_for_children" if kind in ("pid", "time") else kind
    return os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY)


# --8<-- [start:rules]
def join(fd: int, kind: str) -> str:
    os.setns(fd, KINDS[kind])
    return "ok"


def who(fd: int, kind: str) -> str:
    """setns(2) のあとで、呼んだ本人と、そのあとの子の、どちらのリンクが変わったか。"""
    before = os.readlink(f"/proc/self/ns/{kind}")
    os.setns(fd, KINDS[kind])
    caller = os.readlink(f"/proc/self/ns/{kind}") != before
    child = in_child(lambda: os.readlink(f"/proc/self/ns/{kind}")) != before
    return "+".join(name for name, moved in (("caller", caller), ("child", child)) if moved)


def from_user_ns(fd: int, kind: str) -> str:
    os.unshare(os.CLONE_NEWUSER)  # 中では、すべての特権を持つ
    return join(fd, kind)


def threaded(fd: int, kind: str) -> str:
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
    return join(fd, kind)


def back(fd: int, kind: str) -> str:
    """入ってから、もとの名前空間に戻る。"""
    origin = open_ns("self", kind)
    join(fd, kind)
    if kind == "pid":
        return in_child(lambda: join(origin, kind))  # 中にいるのは子
    return join(origin, kind)


def same(_: int, kind: str) -> str:
    return join(open_ns("self", kind), kind)


COLUMNS = {
    "root": join,
    "moves": who,
    "in userns": from_user_ns,
    "2 threads": threaded,
    "own": same,
    "back": back,
}
# --8<-- [end:rules]


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("rootで実行してください: sudo python3 rules.py")
    print(f"{'':<7}" + "".join(f"{title:<13}" for title in COLUMNS).rstrip())
    for kind, flag in KINDS.items():
        fd = open_ns(new(flag), kind)
        cells = [in_child(partial(measure, fd, kind)) for measure in COLUMNS.values()]
        print(f"{kind:<7}" + "".join(f"{cell:<13}" for cell in cells).rstrip())
        os.close(fd)


main()
