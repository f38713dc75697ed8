"""スレッドごとのネットワーク名前空間と、/proc/netが見せるもの。

実行: sudo python3 thread_net.py
"""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path


def names(path: str) -> str:
    lines = Path(path).read_text().splitlines()[2:]
    return " ".join(sorted(line.split(":")[0].strip() for line in lines))


def worker() -> None:
    try:
        os.unshare(os.CLONE_NEWNET)
    except OSError as e:
        print(f"worker: {e.strerror}", file=sys.stderr)
        return
    print("if_nameindex(3)          ", " ".join(name for _, name in socket.if_nameindex()))
    for path in ("/proc/net/dev", "/proc/self/net/dev", "/proc/thread-self/net/dev"):
        print(f"{path:<26}{names(path)}")
    conf = sorted(os.listdir("/proc/sys/net/ipv4/conf"))
    print(f"{'/proc/sys/net/ipv4/conf':<26}{' '.join(conf)}")


subprocess.run(["ip", "link", "add", "out0", "type", "bridge"], check=True)
thread = threading.Thread(target=worker)
thread.start()
thread.join()
print("/proc/net ->", os.readlink("/proc/net"))
subprocess.run(["ip", "link", "del", "out0"], check=True)
