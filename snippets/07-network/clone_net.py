"""別のネットワーク名前空間に子を生み、同じポートで2つのサーバーを開く。

実行: sudo python3 clone_net.py（clone3.py を同じディレクトリに置く）
"""

import os
import socket
import sys
from functools import partial

from clone3 import clone3

PORT = 8000


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
    print(f"{label:<8}{os.readlink('/proc/self/ns/net')}  port {PORT}: {result}")


def main() -> None:
    with socket.create_server(("0.0.0.0", PORT)):
        for label, flags in (("fork", 0), ("newnet", os.CLONE_NEWNET)):
            try:
                pid = clone3(partial(serve, label), flags)
            except OSError as e:
                sys.exit(f"clone3: {e.strerror}")
            _, status = os.waitpid(pid, 0)
            if status != 0:
                sys.exit(os.waitstatus_to_exitcode(status))


main()
# --8<-- [end:main]
