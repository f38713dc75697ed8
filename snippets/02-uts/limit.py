"""ホスト名の上限を、バイト数で測る。

実行: sudo python3 limit.py
"""

import os
import socket
import sys

try:
    os.unshare(os.CLONE_NEWUTS)
except OSError as e:
    sys.exit(f"unshare: {e.strerror}")

for name in ("a" * 64, "a" * 65, "あ" * 21, "あ" * 22):
    size = len(name.encode())
    label = f"{name[0]} x {len(name)} = {size} bytes"
    try:
        socket.sethostname(name)
        print(f"{label}: ok, {len(os.uname().nodename.encode())} bytes")
    except OSError as e:
        print(f"{label}: {e.strerror}")
