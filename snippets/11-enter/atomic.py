"""setns(2) にpidfdと何種類ものフラグを渡し、断られたときに何が残るかを見る。

実行: sudo python3 atomic.py
"""

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

UTS, NET = os.CLONE_NEWUTS, os.CLONE_NEWNET
USER, TIME = os.CLONE_NEWUSER, os.CLONE_NEWTIME
CLONE_FILES = 0x400  # 名前空間のフラグではない


def start(flags: int) -> int:
    """新しい名前空間に移って止まった子のPIDを返す。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(flags)
        os.write(writer, b".")
        signal.pause()
    os.close(writer)
    if not os.read(reader, 1):
        raise ChildProcessError("the child has failed")
    return pid


def one_by_one(pid: int, kinds: list[str]) -> None:
    for kind in kinds:
        os.setns(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY))


def with_thread(operation: Callable[[], object]) -> None:
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
    operation()


def unprivileged(operation: Callable[[], object]) -> None:
    os.setuid(65534)
    operation()


def report(label: str, operation: Callable[[], object]) -> None:
    pid = os.fork()  # 移る操作が次に響かないよう、子で行う
    if pid == 0:
        before = os.readlink("/proc/thread-self/ns/uts")
        try:
            operation()
            result = "ok"
        except OSError as e:
            result = errno.errorcode[e.errno or 0]
        moved = before != os.readlink("/proc/thread-self/ns/uts")
        print(f"{label:<32} {result:<7} {'moved' if moved else '-'}", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 atomic.py")
alive, dead = start(UTS | NET), start(UTS)
living, ended = os.pidfd_open(alive), os.pidfd_open(dead)
uts = os.open(f"/proc/{alive}/ns/uts", os.O_RDONLY)
os.kill(dead, signal.SIGKILL)
os.waitpid(dead, 0)

# --8<-- [start:cases]
print(f"{'':<32} {'setns':<7} uts")
report("pidfd, UTS|NET", lambda: os.setns(living, UTS | NET))
report("pidfd, UTS|USER (same user)", lambda: os.setns(living, UTS | USER))
report("one by one: uts, then user", lambda: one_by_one(alive, ["uts", "user"]))
report("pidfd, UTS|TIME, two threads", lambda: with_thread(lambda: os.setns(living, UTS | TIME)))
report("pidfd, 0", lambda: os.setns(living, 0))
report("pidfd, UTS|CLONE_FILES", lambda: os.setns(living, UTS | CLONE_FILES))
report("ns file, UTS|NET", lambda: os.setns(uts, UTS | NET))
report("ns file, 0", lambda: os.setns(uts, 0))
report("pidfd of a dead process", lambda: os.setns(ended, UTS))
report("pidfd, no capability", lambda: unprivileged(lambda: os.setns(living, UTS)))
report("neither pidfd nor ns file", lambda: os.setns(os.open("/", os.O_RDONLY), UTS))
# --8<-- [end:cases]

os.kill(alive, signal.SIGKILL)
