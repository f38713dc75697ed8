"""小さなinit。コマンドを1つ起動し、シグナルを渡し、孤児を片付け、その終了ステータスで終わる。

実行: sudo unshare --fork --pid --mount-proc python3 minit.py COMMAND [ARG]...
"""

import os
import signal
import sys

# 自分の故障を知らせるシグナルは、ふさがない
FAULTS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP}
FAULTS |= {signal.SIGABRT, signal.SIGSYS}


def spawn(command: list[str], mask: set[signal.Signals]) -> int:
    """command を、前面のプロセスグループとして起動する。"""
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        os.setpgid(0, 0)
        if os.isatty(0):  # ^Cが、initでなくこのコマンドに届くようにする
            os.tcsetpgrp(0, os.getpgrp())  # SIGTTOUはふさがっているので、止まらない
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Pythonが変えていたものを戻す
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.execvp(command[0], command)
    except OSError as e:
        print(f"{command[0]}: {e.strerror}", file=sys.stderr)
    os._exit(127)


def reap(main_child: int) -> int | None:
    """終わった子をすべて回収する。コマンドもその中にいたら、その終了ステータスを返す。"""
    result = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return result  # もう子がいない
        if pid == 0:
            return result  # 残りの子は、まだ動いている
        if pid == main_child:
            code = os.waitstatus_to_exitcode(status)
            result = code if code >= 0 else 128 - code
        else:
            print(f"minit: reaped {pid}", file=sys.stderr)


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} COMMAND [ARG]...")
    signals = signal.valid_signals() - FAULTS
    # ふさいだシグナルは、PID 1でも捨てられずに列に並ぶ。それを1つずつ取り出す
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, signals)
    child = spawn(sys.argv[1:], mask)
    while True:
        number = signal.sigwait(signals)
        if number == signal.SIGCHLD:
            code = reap(child)
            if code is not None:
                sys.exit(code)
        else:
            try:
                os.kill(child, number)
            except OSError as e:  # 渡せなくても、PID 1が終わるわけにはいかない
                print(f"minit: kill: {e.strerror}", file=sys.stderr)


main()
