"""子を新しいPID名前空間に生み、1つのプロセスの2つのPIDを並べる。

実行: sudo python3 clone_pid.py（clone3.py を同じディレクトリに置く）
"""

import os
import sys
from pathlib import Path

from clone3 import clone3


# --8<-- [start:main]
def main() -> None:
    reader, writer = os.pipe()

    def child() -> None:
        os.close(writer)
        os.read(reader, 1)  # 親が調べ終えてパイプを閉じるまで待つ
        print(f"child   getpid()={os.getpid()} getppid()={os.getppid()}")

    try:
        pid = clone3(child, os.CLONE_NEWPID)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    nspid = next(line for line in status if line.startswith("NSpid:"))
    print(f"parent  clone3()={pid}", *nspid.split(), flush=True)
    os.close(writer)
    _, code = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(code))


main()
# --8<-- [end:main]
