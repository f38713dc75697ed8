"""閉じたネットワーク名前空間の中から、外のサーバーに届かせる中継。特権は使わない。

中のプロセスは、8000番を開いたソケットを外の親へ渡す。親は外にいるまま中の接続を受け、
自分のソケットで外のサーバーにつなぎ直す。
実行: python3 relay.py 外のポート コマンド...
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading


def inside(channel: socket.socket, command: list[str]) -> int:
    """unshare -Urn の中で動く: ソケットを外へ渡してから、コマンドを動かす。"""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with socket.create_server(("127.0.0.1", 8000)) as server:
        socket.send_fds(channel, [b"."], [server.fileno()])
    return subprocess.run(command).returncode


def copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # 片方が先に切れたら、そこで終わり
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def outside(server: socket.socket, port: int) -> None:
    """中の接続を受けるたびに、外の名前空間でソケットを作ってつなぐ。"""
    while True:
        client, _ = server.accept()
        try:
            upstream = socket.create_connection(("127.0.0.1", port))
        except OSError:  # 外のサーバーがいないなら、中の接続も切る
            client.close()
            continue
        for pair in ((client, upstream), (upstream, client)):
            threading.Thread(target=copy, args=pair, daemon=True).start()


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PORT COMMAND...")
    if sys.argv[1] == "inside":
        channel = socket.socket(fileno=int(sys.argv[2]))
        sys.exit(inside(channel, sys.argv[3:]))

    ours, theirs = socket.socketpair()
    fd = theirs.fileno()
    again = ["unshare", "-Urn", "python3", __file__, "inside", str(fd), *sys.argv[2:]]
    child = subprocess.Popen(again, pass_fds=[fd])
    theirs.close()
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    if not fds:
        sys.exit("relay: no socket came out of the namespace")
    server = socket.socket(fileno=fds[0])
    args = (server, int(sys.argv[1]))
    threading.Thread(target=outside, args=args, daemon=True).start()
    os._exit(child.wait())


main()
