"""演習2: 中の番号から、外の番号を探す。

実行: sudo python3 outer_pid.py PID INNER （PIDは、目当ての名前空間にいるプロセスの1つ）
"""

import sys
from pathlib import Path


def identity(process: Path) -> tuple[int, int]:
    status = (process / "ns/pid").stat()
    return status.st_dev, status.st_ino


def innermost(process: Path) -> str:
    """NSpidのいちばん右、つまり、そのプロセスのいる名前空間での番号。"""
    lines = (process / "status").read_text().splitlines()
    return next(line for line in lines if line.startswith("NSpid:")).split()[-1]


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PID INNER")
    try:
        target = identity(Path("/proc", sys.argv[1]))
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if identity(process) == target and innermost(process) == sys.argv[2]:
                print(process.name)
        except (FileNotFoundError, ProcessLookupError):
            continue  # 調べているあいだに終わった


main()
