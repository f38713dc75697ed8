"""自分だけのUTS名前空間を作り、そこでのホスト名に挨拶する。

実行: sudo python3 hello.py
"""

import os
import socket
import sys

try:
    os.unshare(os.CLONE_NEWUTS)
    socket.sethostname("unshared world")
except OSError as e:
    sys.exit(f"hello: {e.strerror}")

print(f"Hello! {socket.gethostname()}")
