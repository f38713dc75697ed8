"""プロセスの名前空間に入り、資源の上限とno_new_privsも合わせてコマンドを起動する。

実行: sudo python3 join.py PID COMMAND [ARG...]
"""

import os
import resource
import sys


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PID COMMAND [ARG...]")
    pid, command = sys.argv[1], sys.argv[2:]
    try:
        with open(f"/proc/{pid}/status") as status:
            if "NoNewPrivs:\t1\n" in status:
                command = ["setpriv", "--no-new-privs", *command]
        for name in dir(resource):
            if name.startswith("RLIMIT_"):
                kind = getattr(resource, name)
                resource.setrlimit(kind, resource.prlimit(int(pid), kind))
        os.execvp("nsenter", ["nsenter", "-t", pid, "-a", *command])
    except OSError as e:
        sys.exit(f"join: {e.strerror}")


main()
