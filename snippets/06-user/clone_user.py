"""子を新しいユーザー名前空間に生み、その対応表を親が書く。

親が書き終えるまで、子はパイプで待つ。
実行: python3 clone_user.py（clone3.py を同じディレクトリに置く）
"""

import os
import sys

from clone3 import clone3


def write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


# --8<-- [start:main]
def main() -> None:
    ready, done = os.pipe()

    def child() -> None:
        os.close(done)
        if os.read(ready, 1) != b"!":  # 親が書けずに終わると、ここは空になる
            os._exit(1)
        print(f"child   uid={os.geteuid()}", flush=True)
        # 対応づけたあとのexecなら、rootとして特権を持ったまま
        os.execvp("grep", ["grep", "CapEff", "/proc/self/status"])

    try:
        pid = clone3(child, os.CLONE_NEWUSER)
        write(f"/proc/{pid}/uid_map", f"0 {os.geteuid()} 1")
        write(f"/proc/{pid}/setgroups", "deny")
        write(f"/proc/{pid}/gid_map", f"0 {os.getegid()} 1")
    except OSError as e:
        sys.exit(f"{e.filename or 'write'}: {e.strerror}")
    uid = os.stat(f"/proc/{pid}").st_uid
    print(f"parent  uid={os.geteuid()}, child's uid={uid}", flush=True)
    os.write(done, b"!")
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
# --8<-- [end:main]
