"""ネットワーク名前空間の内と外で、システムコールとファイルの答えを並べる。

外に、インターフェース、2種類のUNIXドメインソケット、TCPのサーバーを用意してから、
同じ測定を内と外で行う。
実行: sudo python3 inside_outside.py
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def run(command: str) -> str:
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as e:
        return e.strerror
    return "ok"


def unix(address: str) -> str:
    with socket.socket(socket.AF_UNIX) as s:
        return outcome(lambda: s.connect(address))


def tcp(method: str) -> str:
    with socket.socket() as s:
        return outcome(lambda: getattr(s, method)(("127.0.0.1", 8000)))


def devices(path: str) -> str:
    """/proc/net/devの形のファイルから、インターフェースの名前を取り出す。"""
    lines = Path(path).read_text().splitlines()[2:]
    return " ".join(sorted(line.split(":")[0].strip() for line in lines))


# --8<-- [start:main]
def measure() -> dict[str, str]:
    return {
        "if_nameindex(3)": " ".join(sorted(name for _, name in socket.if_nameindex())),
        "/proc/net/dev": devices("/proc/net/dev"),
        "/proc/1/net/dev": devices("/proc/1/net/dev"),
        "/sys/class/net": " ".join(sorted(os.listdir("/sys/class/net"))),
        "new sysfs mount": " ".join(sorted(os.listdir("/mnt/class/net"))),
        "ip route": run("ip -4 route").split(" dev ")[0] or "-",
        "ip neigh": run("ip -4 neigh").split(" dev ")[0] or "-",
        "nft list tables": run("nft list tables").strip() or "-",
        "bind(2) :8000": tcp("bind"),
        "connect(2) :8000": tcp("connect"),
        "connect(2) @abstract": unix("\0abstract"),
        "connect(2) /tmp/path": unix("/tmp/path"),
    }


# --8<-- [end:main]


def inside() -> dict[str, str]:
    """新しい名前空間に子を生み、測らせる。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS)
            run("ip link set lo up")
            run("mount --make-rprivate /")
            run("mount -t sysfs inside /mnt")
            os.write(writer, json.dumps(measure()).encode())
        except (OSError, subprocess.CalledProcessError) as e:
            print(f"child: {e}", file=sys.stderr, flush=True)
        finally:  # 親の片付けは、子がしてはいけない
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(report) if report else sys.exit("inside_outside: no report")


def prepare(stack: contextlib.ExitStack) -> None:
    """外に、測る相手を用意する。作ったものを消すことは、作るたびに `stack` に任せる。"""
    # アドレスも決める。任せると、udevdがあとから付け替え、そのときに近隣の表が消える
    run("ip link add out0 address 02:00:00:00:00:01 type bridge")
    stack.callback(run, "ip link del out0")
    run("ip address add 192.0.2.1/24 dev out0")
    run("ip link set out0 up")
    run("ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev out0")
    run("nft create table inet outside")
    stack.callback(run, "nft delete table inet outside")
    stack.enter_context(socket.create_server(("127.0.0.1", 8000)))
    for address in ("\0abstract", "/tmp/path"):
        server = stack.enter_context(socket.socket(socket.AF_UNIX))
        server.bind(address)
        server.listen()
    stack.callback(os.unlink, "/tmp/path")


def main() -> None:
    with contextlib.ExitStack() as stack:
        prepare(stack)
        new = inside()
        run("mount -t sysfs outside /mnt")
        stack.callback(run, "umount /mnt")
        old = measure()

    print(f"   {'':<21} {'outside':<23} inside")
    for key, value in old.items():
        mark = "==" if new[key] == value else "!="
        print(f"{mark} {key:<21} {value:<23} {new[key]}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
