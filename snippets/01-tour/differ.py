"""演習: 2つのプロセスが、どの種類の名前空間で分かれているかを表示する。

実行: sudo python3 differ.py PID PID
"""

import os
import sys


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PID PID")
    one, other = sys.argv[1:]
    for kind in ("mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"):
        try:
            # 両方を開いておくあいだは、inode番号が使い回されることはない
            with open(f"/proc/{one}/ns/{kind}") as a, open(f"/proc/{other}/ns/{kind}") as b:
                same = os.path.sameopenfile(a.fileno(), b.fileno())
        except OSError as e:
            sys.exit(f"{e.filename}: {e.strerror}")
        if not same:
            print(kind)


main()
