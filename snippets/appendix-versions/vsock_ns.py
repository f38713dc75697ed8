"""AF_VSOCKの番地は、ネットワーク名前空間で分かれるか（Linux 7.0から）。

外で待つサーバーに、globalとlocalの名前空間からつなぎ、同じポートを開いてみる。
実行: sudo python3 vsock_ns.py
"""

import errno
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

SYSCTL = Path("/proc/sys/net/vsock")
MODE = SYSCTL / "ns_mode"  # この名前空間のモード
PORT, VMADDR_CID_LOCAL = 8000, 1  # 1番地は自分自身。vsock_loopbackが受け持つ


# --8<-- [start:main]
def outcome(call: Callable[[tuple[int, int]], object], cid: int) -> str:
    try:
        call((cid, PORT))
    except OSError as e:
        return errno.errorcode[e.errno or 0]
    return "ok"


def look(mode: str) -> None:
    os.unshare(os.CLONE_NEWNET)
    if MODE.exists():  # 7.0より前にはない
        (SYSCTL / "child_ns_mode").write_text(mode)
    os.unshare(os.CLONE_NEWNET)  # 次に作る名前空間から、そのモードになる
    with socket.socket(socket.AF_VSOCK) as client, socket.socket(socket.AF_VSOCK) as server:
        client.settimeout(5)
        connected = outcome(client.connect, VMADDR_CID_LOCAL)
        bound = outcome(server.bind, socket.VMADDR_CID_ANY)
    inside = MODE.read_text().strip() if MODE.exists() else "-"
    print(f"{inside:<7} connect: {connected:<11} bind: {bound}", flush=True)


def main() -> None:
    with socket.socket(socket.AF_VSOCK) as listener:
        listener.bind((socket.VMADDR_CID_ANY, PORT))
        listener.listen()
        for mode in ("global", "local"):
            pid = os.fork()
            if pid == 0:
                try:
                    look(mode)
                except OSError as e:
                    print(f"vsock_ns: {e.filename or 'unshare'}: {e.strerror}", file=sys.stderr)
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"vsock_ns: {e.strerror}")
