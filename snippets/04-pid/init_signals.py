"""PID 1に届くシグナルと届かないシグナルを、送り手の名前空間ごとに測る。

実行: sudo python3 init_signals.py
"""

import os
import signal
import sys
from types import FrameType


# --8<-- [start:one]
def handle(_number: int, _frame: FrameType | None) -> None:
    os._exit(42)  # ハンドラが動いたことを、終了ステータスで外に伝える


def init(number: signal.Signals, handled: bool, inside: bool, start: int, ready: int) -> None:
    """新しい名前空間のPID 1がすること。何も届かなければ、0で終わる。"""
    if handled:
        signal.signal(number, handle)
    if inside:
        sender = os.fork()
        if sender == 0:
            os.kill(1, number)
            os._exit(0)
        os.waitpid(sender, 0)
    os.close(ready)  # 準備ができたことを、外に知らせる
    os.read(start, 1)  # 外から送るときは、ここで受ける
    os._exit(0)


def attempt(number: signal.Signals, *, handled: bool, inside: bool) -> str:
    start, starter = os.pipe()
    readied, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(starter)
        os.close(readied)
        init(number, handled, inside, start, ready)
    os.close(ready)
    os.close(start)
    os.read(readied, 1)
    if not inside:
        os.kill(pid, number)
    os.close(starter)
    _, status = os.waitpid(pid, os.WUNTRACED)
    os.close(readied)
    if os.WIFSTOPPED(status):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return "stopped"
    if os.WIFSIGNALED(status):
        return "killed"
    return {0: "ignored", 42: "handled"}[os.WEXITSTATUS(status)]
    # --8<-- [end:one]


def case(number: signal.Signals, *, handled: bool, inside: bool) -> str:
    """1回ごとに新しい名前空間で試す。unshare(2) は1つのプロセスで1回だけなので、子に頼む。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWPID)
        os.write(writer, attempt(number, handled=handled, inside=inside).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read() or "error"


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 init_signals.py")
print("signal   handler  from inside  from outside")
for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
    for handled in (False, True) if number is signal.SIGTERM else (False,):
        results = [case(number, handled=handled, inside=inside) for inside in (True, False)]
        print(f"{number.name}  {'yes' if handled else 'no':<7}  {results[0]:<11}  {results[1]}")
