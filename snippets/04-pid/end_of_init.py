"""initの死が、途中から中に入ったプロセスと、その外の親に及ぼすこと。

実行: sudo python3 end_of_init.py
"""

import os
import signal
import sys
from pathlib import Path

try:
    os.unshare(os.CLONE_NEWPID)
except OSError as e:
    sys.exit(f"unshare: {e.strerror}")


def spawn() -> int:
    pid = os.fork()
    if pid == 0:
        signal.pause()
    return pid


def ignores_sigchld(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    ignored = next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn:"))
    return bool(ignored >> (signal.SIGCHLD - 1) & 1)


def name(status: int) -> str:
    return signal.Signals(os.WTERMSIG(status)).name


# --8<-- [start:main]
init, entered = spawn(), spawn()  # PID 1と、2番。どちらも親は外の自分

print("init ignores SIGCHLD:", ignores_sigchld(init))
os.kill(init, signal.SIGKILL)
# enteredが終わるのを待つ。WNOWAITなので、まだ回収はしない
os.waitid(os.P_PID, entered, os.WEXITED | os.WNOWAIT)
print("entered has died, and is not waited for yet")
print("init has ended:", os.waitpid(init, os.WNOHANG) != (0, 0))
print("init ignores SIGCHLD:", ignores_sigchld(init))

_, status = os.waitpid(entered, 0)
print("entered was killed by", name(status))
_, status = os.waitpid(init, 0)
print("init was killed by", name(status))
# --8<-- [end:main]
