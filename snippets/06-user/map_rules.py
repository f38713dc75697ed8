"""uid_mapとgid_mapの書き方をいろいろ試し、エラーを並べる。

子が新しいユーザー名前空間に移り、表を自分で書く場合と、外の親が書く場合とを比べる。
実行: python3 map_rules.py、sudo python3 map_rules.py
"""

import errno
import os
import sys
from collections.abc import Iterable

# --8<-- [start:cases]
ME = os.geteuid()
# 書く順に、ファイルと、そこへの書き込み。1組ごとにファイルを開き直す
CASES: dict[str, list[tuple[str, ...]]] = {
    f"0 {ME} 1": [("uid_map", f"0 {ME} 1")],
    f"5 {ME} 1": [("uid_map", f"5 {ME} 1")],
    "0 1234 1": [("uid_map", "0 1234 1")],
    f"0 {ME} 1 / 1 100000 9": [("uid_map", f"0 {ME} 1\n1 100000 9")],
    "written twice": [("uid_map", f"0 {ME} 1")] * 2,
    "two writes, opened once": [("uid_map", f"0 {ME} 1\n", "1 100000 9")],
    "gid_map first": [("gid_map", f"0 {ME} 1")],
    "setgroups=deny, gid_map": [("setgroups", "deny"), ("gid_map", f"0 {ME} 1")],
    "gid_map, setgroups=deny": [("gid_map", f"0 {ME} 1"), ("setgroups", "deny")],
    "setgroups=deny, allow": [("setgroups", "deny"), ("setgroups", "allow")],
    "not a number": [("uid_map", "root 0 1")],
    "length 0": [("uid_map", f"0 {ME} 0")],
    "overlap inside": [("uid_map", "0 100000 10\n5 200000 10")],
    "overlap outside": [("uid_map", "0 100000 10\n20 100005 10")],
    "340 lines": [("uid_map", "".join(f"{i} {i} 1\n" for i in range(340)))],
    "341 lines": [("uid_map", "".join(f"{i} {i} 1\n" for i in range(341)))],
    "4096 bytes": [("uid_map", f"0 {ME} 1".ljust(4096))],
}
# --8<-- [end:cases]


def write_all(pid: int | str, steps: Iterable[tuple[str, ...]]) -> str:
    for file, *texts in steps:
        fd = os.open(f"/proc/{pid}/{file}", os.O_WRONLY)
        try:
            for text in texts:
                os.write(fd, text.encode())
        except OSError as e:
            return errno.errorcode[e.errno]
        finally:
            os.close(fd)
    return "ok"


def attempt(steps: list[tuple[str, ...]], by_parent: bool) -> str:
    """子を1つ作って書き、結果を返す。"""
    from_child, to_parent = os.pipe()
    from_parent, to_child = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(to_child)
        try:
            os.unshare(os.CLONE_NEWUSER)
            os.write(to_parent, b"made" if by_parent else write_all("self", steps).encode())
            os.read(from_parent, 1)  # 親が閉じるまで待つ
        except OSError as e:
            print(f"map_rules: {e.filename or 'unshare'}: {e.strerror}", file=sys.stderr)
        finally:
            os._exit(0)
    os.close(from_parent)
    os.close(to_parent)
    answer = os.read(from_child, 100).decode()
    if not answer:  # 子が、理由を表示して終わった
        sys.exit(1)
    result = write_all(pid, steps) if by_parent else answer
    os.close(to_child)
    os.close(from_child)
    os.waitpid(pid, 0)
    return result


def main() -> None:
    print(f"uid={ME:<22} {'child':<8}parent")
    for label, steps in CASES.items():
        print(f"{label:<26} {attempt(steps, False):<8}{attempt(steps, True)}")


if os.getegid() != ME:
    sys.exit("UIDとGIDが同じ番号のユーザーで実行してください")
main()
