"""/proc/sys/net の値が、新しいネットワーク名前空間でどこから始まるかを測る。

最初の名前空間の値を変えてから名前空間を作り、中の値と比べる。
実行: sudo python3 sysctls.py
"""

import os
import sys
from pathlib import Path

ROOT = Path("/proc/sys/net")
# 最初の名前空間に書く値。どれも、起動時の値とは違うもの
CHANGES = {
    "ipv4/ip_forward": "1",
    "ipv4/conf/all/rp_filter": "2",
    "ipv4/tcp_rmem": "4096 100000 200000",
    "ipv4/tcp_wmem": "4096 50000 100000",
    "ipv6/conf/all/forwarding": "1",
    "ipv4/ip_local_port_range": "40000 50000",
    "ipv4/ip_unprivileged_port_start": "80",
    "ipv4/ping_group_range": "0 1000",
    "core/somaxconn": "1000",
    "unix/max_dgram_qlen": "100",
    "core/rmem_max": "300000",
    "core/netdev_max_backlog": "2000",
    "ipv4/tcp_mem": "1000 2000 3000",
}


def read(name: str) -> str:
    try:
        return " ".join((ROOT / name).read_text().split())
    except FileNotFoundError:
        return "-"


def writable(name: str) -> str:
    """所有者の書き込みビット。rootでも、これがないファイルには書けない。"""
    try:
        return "rw" if (ROOT / name).stat().st_mode & 0o200 else "ro"
    except FileNotFoundError:
        return "-"


# --8<-- [start:main]
def main() -> None:
    defaults: dict[str, str] = {}
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        for name, value in CHANGES.items():
            before = read(name)
            (ROOT / name).write_text(value)
            defaults[name] = before
        os.unshare(os.CLONE_NEWNET)
        for name, value in CHANGES.items():
            inside = read(name)
            other = f"{defaults[name]} at boot"
            origin = {"-": "absent", value: "as outside", defaults[name]: "as at boot"}
            print(f"{writable(name):<3}{name:<32}{inside:<20}{origin.get(inside, other)}")
    finally:  # 途中で失敗しても、外に戻って、変えたものにもとの値を書く
        os.setns(outside)
        for name, value in reversed(defaults.items()):
            (ROOT / name).write_text(value)


# --8<-- [end:main]


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 sysctls.py")
main()
