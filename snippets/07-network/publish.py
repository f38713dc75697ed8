"""演習: 外のポートへの接続を、プロセスのいるネットワーク名前空間のポートにつなぐ。

実行: sudo python3 publish.py 外のポート PID 中のポート
"""

import contextlib
import os
import select
import socket
import sys
import threading


def relay(one: socket.socket, other: socket.socket) -> None:
    """両方が閉じるまで、互いに写す。片方が閉じたことも、もう片方に伝える。"""
    to = {one: other, other: one}
    with one, other, contextlib.suppress(OSError):
        while to:
            for source in select.select(list(to), [], [])[0]:
                if data := source.recv(65536):
                    to[source].sendall(data)
                else:
                    to.pop(source).shutdown(socket.SHUT_WR)


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(f"usage: {sys.argv[0]} PORT PID PORT-INSIDE")
    outside, pid, inside = map(int, sys.argv[1:])
    try:
        server = socket.create_server(("127.0.0.1", outside))  # 移る前に作れば、外のまま
        os.setns(os.pidfd_open(pid), os.CLONE_NEWNET)
    except OSError as e:
        sys.exit(f"publish: {e.strerror}")
    while True:
        client, _ = server.accept()
        try:
            upstream = socket.create_connection(("127.0.0.1", inside))  # 移ったあとは、中
        except OSError as e:
            print(f"publish: {e.strerror}", file=sys.stderr)
            client.close()
            continue
        threading.Thread(target=relay, args=(client, upstream), daemon=True).start()


with contextlib.suppress(KeyboardInterrupt):
    main()
# --8<-- [end:main]
