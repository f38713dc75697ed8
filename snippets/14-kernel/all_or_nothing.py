"""2本のスレッドがあるプロセスから、2種類に一度に入ろうとする。マウントのほうは断られる。

実行: sudo python3 all_or_nothing.py
"""

import os
import subprocess
import threading
import time


def uts() -> str:
    return os.readlink("/proc/thread-self/ns/uts")


def attempt(label: str, pidfd: int, flags: int) -> None:
    before = uts()
    try:
        os.setns(pidfd, flags)
        answer = "ok"
    except OSError as e:
        answer = e.strerror or str(e)
    print(f"{label}: {answer}, uts {'changed' if uts() != before else 'unchanged'}")


other = subprocess.Popen(["unshare", "-um", "sleep", "1000"])
while os.readlink(f"/proc/{other.pid}/ns/uts") == uts():
    time.sleep(0.01)
threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
pidfd = os.pidfd_open(other.pid)
attempt("uts and mnt", pidfd, os.CLONE_NEWUTS | os.CLONE_NEWNS)
attempt("uts        ", pidfd, os.CLONE_NEWUTS)
other.kill()
other.wait()
