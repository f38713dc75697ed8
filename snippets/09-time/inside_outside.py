"""Time名前空間の中と外で、時計とファイルの答えを比べる。

中ではmonotonicを3日、boottimeを7日進める。表示するのは、中から外を引いた日数。
実行: sudo python3 inside_outside.py
"""

import ctypes
import json
import os
import sys
import time
from pathlib import Path

DAY = 24 * 60 * 60
LIBC = ctypes.CDLL(None, use_errno=True)
# Pythonに名前のないものは、<linux/time.h> の番号で
CLOCKS = {
    "CLOCK_MONOTONIC": time.CLOCK_MONOTONIC,
    "CLOCK_MONOTONIC_RAW": time.CLOCK_MONOTONIC_RAW,
    "CLOCK_MONOTONIC_COARSE": 6,
    "CLOCK_BOOTTIME": time.CLOCK_BOOTTIME,
    "CLOCK_BOOTTIME_ALARM": 9,
    "CLOCK_REALTIME": time.CLOCK_REALTIME,
    "CLOCK_REALTIME_COARSE": 5,
    "CLOCK_REALTIME_ALARM": 8,
    "CLOCK_TAI": time.CLOCK_TAI,
    "CLOCK_PROCESS_CPUTIME_ID": time.CLOCK_PROCESS_CPUTIME_ID,
    "CLOCK_THREAD_CPUTIME_ID": time.CLOCK_THREAD_CPUTIME_ID,
}


def sysinfo_uptime() -> float:
    buffer = (ctypes.c_long * 64)()  # struct sysinfoの先頭がuptime
    if LIBC.sysinfo(buffer) < 0:
        raise OSError(ctypes.get_errno(), "sysinfo")
    return float(buffer[0])


def touched() -> float:
    """いま書いたファイルの更新時刻。"""
    path = Path(f"/tmp/touched.{os.getpid()}")
    path.touch()
    seconds = path.stat().st_mtime
    path.unlink()
    return seconds


# --8<-- [start:measure]
def measure() -> dict[str, float]:
    values = {}
    for name, clock in CLOCKS.items():
        try:
            values[name] = time.clock_gettime(clock)
        except OSError:
            continue  # _ALARMは、時計の装置（RTC）のないマシンではEINVAL
    uptime, idle = map(float, Path("/proc/uptime").read_text().split())
    stat = dict(s.split(" ", 1) for s in Path("/proc/stat").read_text().splitlines())
    ticks = int(Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19])
    started = ticks / os.sysconf("SC_CLK_TCK")
    values |= {
        "sysinfo(2) uptime": sysinfo_uptime(),
        "/proc/uptime 1 (uptime)": uptime,
        "/proc/uptime 2 (idle)": idle,
        "/proc/stat btime": float(stat["btime"]),
        "/proc/1/stat starttime": started,
        "  btime + starttime": float(stat["btime"]) + started,
        "  uptime - starttime": uptime - started,
        "file mtime": touched(),
    }
    return values


# --8<-- [end:measure]


def main() -> None:
    reader, writer = os.pipe()
    outside = measure()
    os.unshare(os.CLONE_NEWTIME)
    with open("/proc/self/timens_offsets", "w") as file:
        file.write(f"monotonic {3 * DAY} 0\nboottime {7 * DAY} 0\n")
    pid = os.fork()
    if pid == 0:
        os.write(writer, json.dumps(measure()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report = pipe.read()
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit("inside_outside: no report")
    inside = json.loads(report)

    print("inside - outside")
    for key, value in outside.items():
        shift = round((inside[key] - value) / DAY)
        print(f"{'!=' if shift else '=='} {key:<25}{shift:+d} days")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
