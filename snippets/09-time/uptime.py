"""/proc/uptimeの最初の数と、CLOCK_BOOTTIMEとの差を秒で表示する。

実行: python3 uptime.py
"""

import time
from pathlib import Path

uptime = float(Path("/proc/uptime").read_text().split()[0])
print(round(time.clock_gettime(time.CLOCK_BOOTTIME) - uptime))
