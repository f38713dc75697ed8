"""名前空間のファイルディスクリプタを預かり、求められたら写しを渡す。

UNIXドメインソケットで「put 名前」（fdを添える）か「get 名前」を受け取る。
実行: sudo python3 keeper.py SOCKET
"""

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

MAX_FDS, SECONDS = 8, 1


def serve(listener: socket.socket) -> None:
    kept: dict[str, list[int]] = {}
    while True:
        client, _ = listener.accept()
        client.settimeout(SECONDS)  # 何も言わない相手に、ほかの人を待たせない
        # 途中で切れる相手がいても、預かったものは失わない
        with client, contextlib.suppress(OSError):
            message, fds, _, _ = socket.recv_fds(client, 1024, MAX_FDS)
            verb, _, name = message.decode(errors="replace").partition(" ")
            put = verb == "put" and bool(fds)
            if put:
                kept[name], fds = fds, kept.get(name, [])
            for fd in fds:  # 入れ替えた古いもの、頼まれていないもの
                os.close(fd)
            if put:
                client.send(b"ok")
            elif verb == "get" and name in kept:
                socket.send_fds(client, [b"ok"], kept[name])  # 相手のfdとして複製される
            else:
                client.send(b"no")


def remove_stale(path: str) -> None:
    """前に止まったkeeperのソケットを消す。動いているkeeperのものは消さない。"""
    if not Path(path).is_socket():  # ふつうのファイルにつないでもECONNREFUSED。bind(2)が断る
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as old:
        try:
            old.connect(path)
        except ConnectionRefusedError:  # ファイルはあるが、誰も待っていない
            os.unlink(path)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} SOCKET")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ^Cで終わり、預かったfdも閉じられる
    os.umask(0o077)  # 同じユーザーにしか、つながせない
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            remove_stale(sys.argv[1])
            listener.bind(sys.argv[1])
            listener.listen()
            serve(listener)
    except OSError as e:
        sys.exit(f"{sys.argv[1]}: {e.strerror}")


main()
