"""名前空間のファイルディスクリプタを預かり、求められたら写しを渡す。

UNIXドメインソケットで「put 名前」（fdを添える）か「get 名前」を受け取る。
実行: sudo python3 keeper.py SOCKET
"""

import os
import signal
import socket
import sys

MAX_FDS = 8


def serve(listener: socket.socket) -> None:
    kept: dict[str, list[int]] = {}
    while True:
        client, _ = listener.accept()
        with client:
            message, fds, _, _ = socket.recv_fds(client, 1024, MAX_FDS)
            verb, _, name = message.decode().partition(" ")
            if verb == "put" and fds:
                for fd in kept.pop(name, []):
                    os.close(fd)
                kept[name] = fds
                client.send(b"ok")
            elif verb == "get" and name in kept:
                socket.send_fds(client, [b"ok"], kept[name])  # 相手のfdとして複製される
            else:
                client.send(b"no")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} SOCKET")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ^Cで終わり、預かったfdも閉じられる
    os.umask(0o077)  # 同じユーザーにしか、つながせない
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        serve(listener)


main()
