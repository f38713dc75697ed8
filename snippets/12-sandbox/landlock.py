"""Landlockで、できることを決めてから、コマンドに変身する。

実行: python3 landlock.py WRITABLE COMMAND...（sudoは要らない。Linux 6.12から）
"""

import ctypes
import os
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # <asm-generic/unistd.h>
PATH_BENEATH = 1
READ = 1 << 0 | 1 << 2 | 1 << 3  # 実行、ファイルを読む、ディレクトリを読む
WRITE = 1 << 1 | 0x1FF0 | 1 << 14  # 書く、作る・消す、切り詰める
TCP = 1 << 0 | 1 << 1  # bind(2)、connect(2)
SCOPE = 1 << 0 | 1 << 1  # 外の抽象UNIXドメインソケット、外へのシグナル


def call(name: str, *args: int | bytes | None) -> int:
    """glibcの関数を呼び、失敗ならそこで終わる。"""
    result: int = getattr(LIBC, name)(*args)
    if result < 0:
        sys.exit(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def allow(ruleset: int, path: str, access: int) -> None:
    if os.path.exists(path):  # /lib64がないマシンもある
        fd = os.open(path, os.O_PATH)
        call("syscall", ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", access, fd), 0)
        os.close(fd)


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} WRITABLE COMMAND...")
    attributes = struct.pack("QQQ", READ | WRITE, TCP, SCOPE)  # 並べた操作は、許さなければ断られる
    ruleset = call("syscall", CREATE_RULESET, attributes, len(attributes), 0)
    for path in ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc"):
        allow(ruleset, path, READ)
    allow(ruleset, "/dev/null", 1 << 1 | 1 << 2)
    allow(ruleset, sys.argv[1], READ | WRITE)
    call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    call("syscall", RESTRICT_SELF, ruleset, 0)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as e:
        sys.exit(f"{sys.argv[2]}: {e.strerror}")


main()
