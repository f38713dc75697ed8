"""1つのプロセスの2本のスレッドに、別々のホスト名を持たせる。

実行: sudo python3 thread_uts.py
"""

import os
import socket
import sys
import threading

barrier = threading.Barrier(2)


def show(label: str) -> None:
    own = os.readlink("/proc/thread-self/ns/uts")
    leader = os.readlink("/proc/self/ns/uts")
    print(f"{label}: {socket.gethostname():<9}thread-self={own} self={leader}")


def worker() -> None:
    try:
        os.unshare(os.CLONE_NEWUTS)
        socket.sethostname("worker")
        show("worker")
    except OSError as e:
        print(f"worker: {e.strerror}", file=sys.stderr)
    barrier.wait()  # mainが表示するまで、このスレッドを生かしておく
    barrier.wait()


def main() -> None:
    thread = threading.Thread(target=worker)
    thread.start()
    barrier.wait()
    show("main  ")
    barrier.wait()
    thread.join()


main()
