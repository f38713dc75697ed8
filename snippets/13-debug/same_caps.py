"""演習: プロセスの名前空間に入り、ケーパビリティの上限も合わせてコマンドを起動する。

実行: sudo python3 same_caps.py PID COMMAND...
"""

import ctypes
import os
import re
import sys
from pathlib import Path

PR_CAPBSET_DROP = 24  # <linux/prctl.h>
KINDS = os.CLONE_NEWNS | os.CLONE_NEWUTS | os.CLONE_NEWIPC | os.CLONE_NEWPID | os.CLONE_NEWNET
LIBC = ctypes.CDLL(None, use_errno=True)


def main(target: str, *command: str) -> int:
    pidfd = os.pidfd_open(int(target))
    status = Path(f"/proc/{target}/status").read_text()
    allowed = int(re.findall(r"CapBnd:\t(\w+)", status)[0], 16)
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    os.setns(pidfd, KINDS)
    if (child := os.fork()) == 0:  # PID名前空間に移るのは、子から
        for capability in range(last + 1):
            if not allowed >> capability & 1 and LIBC.prctl(PR_CAPBSET_DROP, capability):
                os._exit(1)
        os.execvp(command[0], command)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} PID COMMAND...")
try:
    sys.exit(main(*sys.argv[1:]))
except OSError as e:
    sys.exit(f"{sys.argv[0]}: {e.strerror}")
