"""PID名前空間の決まりごとを、1つずつ破ってみる。

実行: sudo python3 rules.py
"""

import os
import sys
import threading
from collections.abc import Callable


def unshare() -> None:
    os.unshare(os.CLONE_NEWPID)


def own_namespace() -> int:
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def inside(action: Callable[[], None]) -> None:
    """新しいPID名前空間のPID 1として action を行う。失敗は終了ステータスで外に伝える。"""
    unshare()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except OSError as e:
            os._exit(e.errno)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise OSError(code, os.strerror(code))


# --8<-- [start:rules]
def unshare_twice() -> None:
    unshare()
    unshare()


def unshare_with_threads() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        unshare()
    finally:
        done.set()
        thread.join()


def thread_after_unshare() -> None:
    unshare()
    thread = threading.Thread(target=os.getpid)
    thread.start()
    thread.join()


def spawn_after_unshare() -> None:
    unshare()
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "test $$ = 1"], os.environ)
    if os.waitpid(pid, 0)[1]:
        raise OSError(0, "not 1")


def fork_after_death() -> None:
    inside(lambda: None)
    os.fork()


def setns_up() -> None:
    outer = own_namespace()
    inside(lambda: os.setns(outer, os.CLONE_NEWPID))


def setns_own() -> None:
    unshare()
    os.setns(own_namespace(), os.CLONE_NEWPID)
    os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)


def unshare_again() -> None:
    setns_own()
    unshare()
    # --8<-- [end:rules]


def attempt(action: Callable[[], None]) -> str:
    """子に action をさせて、成否を1語で返す。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
            result = "ok"
        except OSError as e:
            result = e.strerror or ""
        except RuntimeError as e:  # threadingはerrnoを伝えない
            result = str(e)
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read()


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 rules.py")
for action in (
    unshare_twice,
    unshare_with_threads,
    thread_after_unshare,
    spawn_after_unshare,
    fork_after_death,
    setns_up,
    setns_own,
    unshare_again,
):
    print(f"{action.__name__:<22}{attempt(action)}")
