"""静的な実行ファイルを1つ持って、プロセスの名前空間に入る。中には何もなくてよい。

実行: sudo python3 carry.py PID FILE ARGUMENT...
"""

import os
import sys

KINDS = os.CLONE_NEWNS | os.CLONE_NEWUTS | os.CLONE_NEWIPC | os.CLONE_NEWPID | os.CLONE_NEWNET


def main(target: str, file: str, *arguments: str) -> int:
    program = os.open(file, os.O_RDONLY)  # 入ったあとでは、外のパスを引けない
    os.setns(os.pidfd_open(int(target)), KINDS)
    if (child := os.fork()) == 0:  # PID名前空間に移るのは、子から
        os.execve(program, [os.path.basename(file), *arguments], {})
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} PID FILE ARGUMENT...")
try:
    sys.exit(main(*sys.argv[1:]))
except OSError as e:
    sys.exit(f"{sys.argv[0]}: {e.strerror}")
