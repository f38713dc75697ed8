"""cgroupに移ってから unshare(2) して、そこをルートとするcgroup名前空間に移る。

実行: sudo python3 unshare_cgroup.py（終わったら sudo rmdir /sys/fs/cgroup/demo）
"""

import os
import sys
from pathlib import Path

DEMO = Path("/sys/fs/cgroup/demo")


def path(pid: str) -> str:
    """PIDのcgroup v2でのパス。読む側（自分）のルートから数えたもの。"""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return next(line[3:] for line in lines if line.startswith("0::"))


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/cgroup")
    print(f"{label:<8}{ns}  self={path('self'):<6} init={path('1')}")


def main() -> None:
    show("before")
    try:
        DEMO.mkdir(exist_ok=True)
        (DEMO / "cgroup.procs").write_text("0")  # 0は、書いた自分
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    show("moved")

    try:
        os.unshare(os.CLONE_NEWCGROUP)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    show("unshare")  # いるcgroupは同じまま、ルートだけが変わった


main()
