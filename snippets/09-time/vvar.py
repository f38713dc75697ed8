"""自分のvvarページを読んで、Time名前空間のずれの秒数が書いてあるかを調べる。

実行: sudo python3 vvar.py
"""

import ctypes
import os
import struct
import sys
import time
from pathlib import Path

OFFSET = 7_654_321  # 偶然には現れそうにない秒数


def first_page() -> bytes:
    """[vvar] の最初のページの中身。"""
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith("[vvar]"):
            address = int(line.split("-")[0], 16)
            return ctypes.string_at(address, os.sysconf("SC_PAGE_SIZE"))
    raise SystemExit("[vvar] がありません")


def show(label: str) -> None:
    page = first_page()
    words = struct.unpack(f"{len(page) // 8}q", page)
    days = round((time.monotonic() - START) / 86400)
    print(f"{label:<8}{OFFSET in words!s:<6}{days:+d} days", flush=True)


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 vvar.py")
START = time.monotonic()
show("before")
os.unshare(os.CLONE_NEWTIME)
with open("/proc/self/timens_offsets", "w") as file:
    file.write(f"monotonic {OFFSET} 0\n")
show("unshare")
pid = os.fork()
if pid == 0:
    show("child")
    os._exit(0)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
