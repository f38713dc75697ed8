"""PID名前空間を、作れなくなるまで入れ子にする。

実行: sudo python3 nested.py
"""

import os
import sys
from pathlib import Path


def nspid() -> list[str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line for line in lines if line.startswith("NSpid:")).split()[1:]


level = 0
while True:
    try:
        os.unshare(os.CLONE_NEWPID)
    except OSError as e:
        print(f"level {level}: {e.strerror}; {len(nspid())} PIDs: {' '.join(nspid())}")
        sys.exit()
    pid = os.fork()
    if pid != 0:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status))
    level += 1
