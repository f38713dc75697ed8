"""clone3(2) で子を新しいユーザー名前空間に生み、その対応表を親が書く。

親が書き終えるまで、子はパイプで待つ。
実行: python3 clone_user.py
"""

import ctypes
import os
import signal
import sys

SYS_CLONE3 = 435  # x86-64でもarm64でも同じ


class CloneArgs(ctypes.Structure):
    """clone3(2) の struct clone_args（最初の版、64バイト）。"""

    _fields_ = [(name, ctypes.c_uint64) for name in (
        "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls",
    )]  # fmt: skip


def clone3(flags: int) -> int:
    """os.fork() に名前空間のフラグを足したもの（仕組みはUTSの章を参照）。"""
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD)
    number, size = ctypes.c_long(SYS_CLONE3), ctypes.c_size_t(ctypes.sizeof(args))
    syscall = ctypes.PyDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = syscall(number, ctypes.byref(args), size)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return pid


def write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


# --8<-- [start:main]
def main() -> None:
    ready, done = os.pipe()
    try:
        pid = clone3(os.CLONE_NEWUSER)
    except OSError as e:
        sys.exit(f"clone3: {e.strerror}")

    if pid == 0:
        os.close(done)
        if os.read(ready, 1) != b"!":  # 親が書けずに終わると、ここは空になる
            os._exit(1)
        print(f"child   uid={os.geteuid()}", flush=True)
        # 対応づけたあとのexecなら、rootとして特権を持ったまま
        os.execvp("grep", ["grep", "CapEff", "/proc/self/status"])

    try:
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
