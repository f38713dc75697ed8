"""clone3(2) で、別のネットワーク名前空間に子を生み、同じポートで2つのサーバーを開く。

実行: sudo python3 clone_net.py
"""

import ctypes
import os
import signal
import socket
import sys

# clone3は新しいシステムコールなので、番号はx86-64でもarm64でも同じ435番
SYS_CLONE3 = 435
PORT = 8000


class CloneArgs(ctypes.Structure):
    """clone3(2) の struct clone_args（最初の版、64バイト）。"""

    _fields_ = [
        ("flags", ctypes.c_uint64),
        ("pidfd", ctypes.c_uint64),
        ("child_tid", ctypes.c_uint64),
        ("parent_tid", ctypes.c_uint64),
        ("exit_signal", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("stack_size", ctypes.c_uint64),
        ("tls", ctypes.c_uint64),
    ]


def clone3(flags: int) -> int:
    """os.fork() に名前空間のフラグを足したもの。親には子のPID、子には0を返す。"""
    args = CloneArgs(flags=flags, exit_signal=signal.SIGCHLD)
    number, size = ctypes.c_long(SYS_CLONE3), ctypes.c_size_t(ctypes.sizeof(args))
    # PyDLLはGILを手放さずに呼び出す。PyOS_で始まる3つは、os.fork() もする準備と後始末
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


# --8<-- [start:main]
def serve(label: str) -> None:
    """PORT番を開いてみる。0.0.0.0へのbind(2) は、loが落ちていても通る。"""
    with socket.socket() as server:
        try:
            server.bind(("0.0.0.0", PORT))
            result = "listening"
            server.listen()
        except OSError as e:
            result = e.strerror
    print(f"{label:<8}{os.readlink('/proc/self/ns/net')}  port {PORT}: {result}", flush=True)


def main() -> None:
    with socket.create_server(("0.0.0.0", PORT)):
        for label, flags in (("fork", 0), ("newnet", os.CLONE_NEWNET)):
            try:
                pid = clone3(flags)
            except OSError as e:
                sys.exit(f"clone3: {e.strerror}")
            if pid == 0:
                serve(label)
                os._exit(0)
            _, status = os.waitpid(pid, 0)
            if status != 0:
                sys.exit(os.waitstatus_to_exitcode(status))


main()
# --8<-- [end:main]
