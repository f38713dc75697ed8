"""演習: メインスレッドのいない名前空間を、/proc/PID/taskから探す。

実行: sudo python3 threads.py
"""

import contextlib
import os
from pathlib import Path

for ns in Path("/proc").glob("[0-9]*/ns"):
    with contextlib.suppress(OSError):  # 終わったプロセス、調べる許可のないプロセス
        main = {os.readlink(link) for link in ns.iterdir()}
        for task in (ns.parent / "task").iterdir():
            for link in (task / "ns").iterdir():
                if (name := os.readlink(link)) not in main:
                    print(ns.parent.name, task.name, name)
