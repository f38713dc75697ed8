"""ソケットは、作られたネットワーク名前空間を手放さない。

子が新しい名前空間でサーバーのソケットを作り、親に渡して終わる。プロセスのいなくなった
名前空間を、親がソケットだけを頼りに使う。
実行: sudo python3 sock_pins.py
"""

import contextlib
import fcntl
import os
import socket
import struct
import subprocess
import sys

SIOCGSKNS = 0x894C  # <linux/sockios.h>
SO_NETNS_COOKIE = 71  # <asm-generic/socket.h>


def cookie(s: socket.socket) -> int:
    return struct.unpack("Q", s.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8))[0]


def members(inode: int) -> int:
    """その名前空間にいるプロセスの数。"""
    count = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # 調べているあいだに終わったプロセス
            count += os.stat(f"/proc/{pid}/ns/net").st_ino == inode
    return count


# --8<-- [start:main]
def make_server(channel: socket.socket) -> None:
    os.unshare(os.CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with socket.create_server(("127.0.0.1", 8000)) as server:
        socket.send_fds(channel, [b"."], [server.fileno()])


def main() -> None:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        make_server(theirs)
        os._exit(0)
    theirs.close()  # 残すと、子が送らずに終わったとき、いつまでも待つ
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit("child failed")
    server = socket.socket(fileno=fds[0])

    ns = fcntl.ioctl(server, SIOCGSKNS)
    inode = os.fstat(ns).st_ino
    print(f"our thread  {os.readlink('/proc/self/ns/net')}")
    print(f"the server  net:[{inode}]  processes in it: {members(inode)}")
    print(f"cookies differ: {cookie(server) != cookie(ours)}")

    pid = os.fork()
    if pid == 0:  # ソケットから得たfdで、名前空間に入り直す
        os.setns(ns, os.CLONE_NEWNET)
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            client.sendall(b"hello from inside")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit("client failed")
    connection, _ = server.accept()  # 外にいるまま、中のポートで受ける
    print(f"received    {connection.recv(100).decode()}")


# --8<-- [end:main]


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 sock_pins.py")
main()
