"""/proc/uptimeの最初の数が、その前後に読んだCLOCK_BOOTTIMEのあいだにあるか。

実行: python3 uptime.py
"""

import time
from pathlib import Path

before = time.clock_gettime(time.CLOCK_BOOTTIME)
uptime = float(Path("/proc/uptime").read_text().split()[0])
after = time.clock_gettime(time.CLOCK_BOOTTIME)
print(before - 0.01 < uptime <= after)  # /proc/uptimeは、1/100秒より下を切り捨てる
