"""演習: 2つのスレッドが、メインスレッドのいないUTS名前空間に移って待つ。

1つ目の行き先には、子プロセスがいる。2つ目の行き先には、誰もいない。
実行: sudo python3 hidden.py
"""

import os
import signal
import threading

signal.signal(signal.SIGINT, signal.SIG_DFL)
ENTERED = threading.Event()


def start() -> int:
    """新しいUTS名前空間で待つ、子プロセスのPID。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWUTS)
        os.write(writer, b".")
        signal.pause()
    os.close(writer)
    os.read(reader, 1)
    return pid


def visit(pid: int) -> None:
    os.setns(os.pidfd_open(pid), os.CLONE_NEWUTS)
    ENTERED.set()
    threading.Event().wait()


def hide() -> None:
    os.unshare(os.CLONE_NEWUTS)
    link = os.readlink("/proc/thread-self/ns/uts")
    print(os.getpid(), threading.get_native_id(), link, flush=True)
    threading.Event().wait()


threading.Thread(target=visit, args=[start()]).start()
ENTERED.wait()
threading.Thread(target=hide).start()
