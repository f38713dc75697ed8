"""終わらない子を、断られるまで生む。PID名前空間のPID 1として動かす。

実行: sudo unshare -fp --mount-proc python3 run_out.py
"""

import os
import signal
from pathlib import Path

Path("/proc/sys/kernel/pid_max").write_text("310")
children = 0
try:
    while True:
        if os.fork() == 0:
            signal.pause()
        children += 1
except OSError as e:
    print(f"{children} children, then {e.strerror}")
