"""/proc/PID/ns のファイルを開き、指定した順に1つずつ setns(2) で入る。

実行: sudo python3 setns_files.py PID 種類...   （例: 1234 uts ipc net）
"""

import os
import sys


def show(label: str, kinds: list[str]) -> None:
    print(label, *(os.readlink(f"/proc/self/ns/{kind}") for kind in kinds))


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PID KIND...")
    pid, kinds = sys.argv[1], sys.argv[2:]

    show("before", kinds)
    try:
        # 先に全部を開いておく。入ったあとでは、同じパスをたどれるとはかぎらない
        files = [(kind, os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)) for kind in kinds]
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    for kind, fd in files:
        try:
            os.setns(fd)
        except OSError as e:
            sys.exit(f"setns {kind}: {e.strerror}")
        os.close(fd)
    show("after ", kinds)


main()
