"""スレッドが2本あるプロセスで、マウント名前空間に入る。

実行: sudo python3 thread_setns.py
"""

import os
import sys
import threading

done = threading.Event()


def attempt(label: str, fd: int) -> None:
    try:
        os.setns(fd, os.CLONE_NEWNS)
        print(f"{label}: ok")
    except OSError as e:
        print(f"{label}: {e.strerror}")


def main() -> None:
    fd = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    attempt("1 thread", fd)
    thread = threading.Thread(target=done.wait)
    thread.start()
    attempt("2 threads", fd)
    os.unshare(os.CLONE_FS)  # ルートと作業ディレクトリを、自分だけのものにする
    attempt("2 threads, CLONE_FS unshared", fd)
    done.set()
    thread.join()


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 thread_setns.py")
main()
