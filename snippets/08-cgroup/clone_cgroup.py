"""clone3(2) の CLONE_INTO_CGROUP で、はじめから別のcgroupにいる子を作る。

フラグの組を変えて、子から見た自分とinitのパスを比べる。
実行: sudo python3 clone_cgroup.py（clone3.py を同じディレクトリに置く）
"""

import os
import sys
from functools import partial
from pathlib import Path

from clone3 import clone3

CLONE_INTO_CGROUP = 0x200000000  # <linux/sched.h>。32ビットに収まらず、clone(2) では渡せない
DEMO = Path("/sys/fs/cgroup/demo")


def show(label: str) -> None:
    ns = os.readlink("/proc/self/ns/cgroup")
    path = {p: Path(f"/proc/{p}/cgroup").read_text().split("0::")[1].strip() for p in ("self", "1")}
    print(f"{label:<10}{ns}  self={path['self']:<6} init={path['1']}")


def born(label: str, flags: int, cgroup: int) -> None:
    """子を作り、子から見えるものを表示させ、終わるまで待つ。"""
    try:
        pid = clone3(partial(show, label), flags, cgroup=cgroup)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    if os.waitpid(pid, 0)[1]:
        sys.exit(1)


def main() -> None:
    DEMO.mkdir(exist_ok=True)
    try:
        fd = os.open(DEMO, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        show("parent")
        born("NEW", os.CLONE_NEWCGROUP, 0)
        born("INTO", CLONE_INTO_CGROUP, fd)
        born("INTO|NEW", CLONE_INTO_CGROUP | os.CLONE_NEWCGROUP, fd)
    finally:
        DEMO.rmdir()


main()
