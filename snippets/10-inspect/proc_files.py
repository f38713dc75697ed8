"""/proc/PIDのうち名前空間に関わるものが、読めるかどうかを調べる。

実行: python3 proc_files.py PID
"""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

FILES: list[tuple[str, Callable[[Path], object]]] = [
    ("ns", os.listdir),
    ("ns/uts", os.readlink),
    ("status", Path.read_text),
    ("uid_map", Path.read_text),
    ("cgroup", Path.read_text),
    ("timens_offsets", Path.read_text),
    ("mountinfo", Path.read_text),
    ("fd", os.listdir),
    ("root", os.readlink),
]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    for name, read in FILES:
        try:
            read(Path("/proc") / sys.argv[1] / name)
            answer = "ok"
        except OSError as e:
            answer = errno.errorcode[e.errno or 0]
        print(f"{name:<15} {answer}")


main()
