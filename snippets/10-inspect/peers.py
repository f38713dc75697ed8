"""演習: あるプロセスと、8種類とも同じ名前空間にいるプロセスを並べる。

実行: sudo python3 peers.py PID
"""

import contextlib
import os
import sys

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


def key(pid: str) -> list[str]:
    return [os.readlink(f"/proc/{pid}/ns/{kind}") for kind in KINDS]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    try:
        wanted = key(sys.argv[1])
    except OSError as e:
        sys.exit(f"peers: {e.filename}: {e.strerror}")
    for pid in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        with contextlib.suppress(OSError):  # 終わったプロセス、調べる許可のないプロセス
            if key(pid) == wanted:
                print(pid)


main()
