"""演習: 指定したプロセスが、自分と同じUTS名前空間にいるかを調べる。

実行: sudo python3 same_uts.py PID
"""

import os
import sys


def identity(pid: str) -> tuple[int, int]:
    """名前空間を見分ける組。inode番号は、同じデバイスの中でだけ一意になる。"""
    status = os.stat(f"/proc/{pid}/ns/uts")
    return status.st_dev, status.st_ino


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    try:
        same = identity("self") == identity(sys.argv[1])
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    print("同じ" if same else "違う")


main()
