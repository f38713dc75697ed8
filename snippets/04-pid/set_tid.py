"""clone3(2) のset_tidで、これから生まれる子のPIDを、名前空間ごとに決める。

実行: sudo unshare --fork --pid --mount-proc python3 set_tid.py
（clone3.py を同じディレクトリに置く）
"""

import os
import sys
from pathlib import Path

from clone3 import clone3


# --8<-- [start:attempts]
def attempt(label: str, flags: int, *tids: int) -> None:
    def child() -> None:
        lines = Path("/proc/self/status").read_text().splitlines()
        nspid = next(line for line in lines if line.startswith("NSpid:"))
        print(f"{label:<26}", " ".join(nspid.split()), sep="")

    try:
        os.waitpid(clone3(child, flags, set_tid=tids), 0)
    except OSError as e:
        print(f"{label:<26}{e.strerror}")


if os.getpid() != 1:
    sys.exit("新しいPID名前空間のPID 1として実行してください")
attempt("500", 0, 500)
attempt("next", 0)
attempt("1", 0, 1)
attempt("NEWPID: 1, 777", os.CLONE_NEWPID, 1, 777)
attempt("NEWPID: 5", os.CLONE_NEWPID, 5)
# --8<-- [end:attempts]
