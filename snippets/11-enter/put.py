"""名前空間のファイルを開き、keeper.py に預ける。

実行: sudo python3 put.py SOCKET 名前 /proc/PID/ns/uts...
"""

import os
import socket
import sys


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} SOCKET NAME FILE...")
    try:
        # --8<-- [start:put]
        fds = [os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in sys.argv[3:]]
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as keeper:
            keeper.connect(sys.argv[1])
            socket.send_fds(keeper, [f"put {sys.argv[2]}".encode()], fds)
            print(keeper.recv(16).decode())
            # --8<-- [end:put]
    except OSError as e:
        sys.exit(f"put: {e.filename or sys.argv[1]}: {e.strerror}")


main()
