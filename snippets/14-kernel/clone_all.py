"""8種類すべての名前空間が新しい子プロセスを作る。

実行: sudo python3 clone_all.py（clone3.py を同じディレクトリに置く）
"""

import os
import sys

from clone3 import clone3

FLAGS = (
    os.CLONE_NEWNS
    | os.CLONE_NEWUTS
    | os.CLONE_NEWIPC
    | os.CLONE_NEWPID
    | os.CLONE_NEWNET
    | os.CLONE_NEWUSER
    | os.CLONE_NEWCGROUP
    | os.CLONE_NEWTIME
)


def links() -> dict[str, str]:
    return {name: os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")}


def show(label: str, before: dict[str, str]) -> None:
    changed = sum(target != before[name] for name, target in links().items())
    pid = ", pid 1" if os.getpid() == 1 else ""
    print(f"{label}: {changed} links changed, uid {os.getuid()}{pid}")


def main() -> None:
    before = links()
    try:
        pid = clone3(lambda: show("child ", before), FLAGS)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    _, status = os.waitpid(pid, 0)
    show("parent", before)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
