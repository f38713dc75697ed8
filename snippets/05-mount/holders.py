"""演習: ファイルシステムをマウントしている名前空間を、全部探す。

実行: sudo python3 holders.py DIR
"""

import os
import sys
from pathlib import Path


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIR")
    device = os.stat(sys.argv[1]).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    found: dict[str, tuple[int, list[str]]] = {}
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            ns = os.readlink(process / "ns/mnt")
            table = (process / "mountinfo").read_text().splitlines()
        except OSError:  # 調べているあいだに終わったプロセスや、カーネルスレッド
            continue
        places = [f[4] for f in map(str.split, table) if f[2] == wanted]
        if places:
            found.setdefault(ns, (int(process.name), places))
    for ns, (pid, places) in found.items():
        print(ns, f"pid={pid}", *places)


main()
