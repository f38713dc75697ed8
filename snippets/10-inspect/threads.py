"""演習: どのプロセスのメインスレッドもいない名前空間を、/proc/PID/taskから探す。

実行: sudo python3 threads.py
"""

import contextlib
import os
from pathlib import Path

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")

main: set[str] = set()
for ns in Path("/proc").glob("[0-9]*/ns"):
    with contextlib.suppress(OSError):  # 終わったプロセス、調べる許可のないプロセス
        main |= {os.readlink(ns / kind) for kind in KINDS}
for task in Path("/proc").glob("[0-9]*/task/*"):
    with contextlib.suppress(OSError):  # 終わったスレッド
        for kind in KINDS:
            if (name := os.readlink(task / "ns" / kind)) not in main:
                print(task.parts[2], task.name, name)
