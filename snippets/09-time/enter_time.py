"""演習: 起動時刻をずらして、コマンドを一般ユーザーのまま実行する。

実行: python3 enter_time.py 日数 コマンド [引数...]
"""

import os
import sys

DAY = 24 * 60 * 60


def write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)  # open() と違って、エラーがその場でわかる
    os.write(fd, text.encode())
    os.close(fd)


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} DAYS COMMAND [ARG...]")
    seconds = int(sys.argv[1]) * DAY
    uid = os.getuid()
    try:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWTIME)
        write("/proc/self/uid_map", f"{uid} {uid} 1\n")
        write("/proc/self/timens_offsets", f"monotonic {seconds} 0\nboottime {seconds} 0\n")
        pid = os.fork()  # 6.1のように、execでは移らないカーネルのために
        if pid == 0:
            os.execvp(sys.argv[2], sys.argv[2:])
        _, status = os.waitpid(pid, 0)
    except OSError as e:
        sys.exit(f"{e.filename or sys.argv[0]}: {e.strerror}")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
