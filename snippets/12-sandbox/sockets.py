"""AF_UNIXのほかのsocket(2)をEACCESで断るフィルタを、標準出力に書く。

実行: python3 sockets.py > FILE（bwrapの--seccompに渡す）
"""

import errno
import os
import socket
import struct
import sys

LD, JEQ, RET = 0x20, 0x15, 0x06  # BPFの命令
ARCH, SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}[os.uname().machine]
KILL, EACCES, ALLOW = 1 << 31, 0x50000 | errno.EACCES, 0x7FFF0000
X32 = 0x40000000  # x86-64のもう1つの呼び出し方。番号にこのビットが立つ

rows = (
    (LD, 0, 0, 4),  # CPUの種類
    (JEQ, 1, 0, ARCH),
    (RET, 0, 0, KILL),
    (LD, 0, 0, 0),  # システムコールの番号
    (JEQ, 1, 0, SOCKET),
    (JEQ, 0, 3, SOCKET | X32),
    (LD, 0, 0, 16),  # 第1引数の下位32ビット
    (JEQ, 1, 0, socket.AF_UNIX),
    (RET, 0, 0, EACCES),
    (RET, 0, 0, ALLOW),
)
sys.stdout.buffer.write(b"".join(struct.pack("HBBI", *row) for row in rows))
