"""マウント名前空間の内と外で、システムコールとファイルの答えを並べる。

子が名前空間を分け、/mntにtmpfsをかぶせて、同じ測定を内と外で行う。
実行: sudo python3 inside_outside.py
"""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18


def mount(source: bytes, target: bytes, fstype: bytes | None, flags: int) -> None:
    if LIBC.mount(source, target, fstype, ctypes.c_ulong(flags), None) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), target.decode())


def names(where: str | int) -> str:
    return " ".join(sorted(os.listdir(where))) or "(empty)"


def on_mnt(table: str) -> str:
    """マウント表の行のうち、/mntにあるものの種類。"""
    lines = [line.split() for line in Path(table).read_text().splitlines()]
    found = [f[f.index("-") + 1] if "-" in f else f[2] for f in lines if "/mnt" in f]
    return " ".join(found) or "(none)"


def filesystem() -> str:
    return subprocess.check_output(["stat", "-f", "-c", "%T", "/mnt"], text=True).strip()


def umount() -> str:
    if LIBC.umount(b"/mnt") < 0:
        return os.strerror(ctypes.get_errno())
    return "ok"


def main() -> None:
    Path("/mnt/before").touch()
    # --8<-- [start:main]
    opened = os.open("/mnt", os.O_RDONLY)  # 名前空間を分ける前に開いておく
    measures: dict[str, Callable[[], str]] = {
        "open(2) /mnt": lambda: names("/mnt"),
        "opened before": lambda: names(opened),
        "stat(2) st_dev == /": lambda: str(os.stat("/mnt").st_dev == os.stat("/").st_dev),
        "statfs(2)": filesystem,
        "/proc/self/mountinfo": lambda: on_mnt("/proc/self/mountinfo"),
        "/proc/self/mounts": lambda: on_mnt("/proc/self/mounts"),
        "/etc/mtab": lambda: on_mnt("/etc/mtab"),
        "/proc/1/mountinfo": lambda: on_mnt("/proc/1/mountinfo"),
        "/proc/1/root/mnt": lambda: names("/proc/1/root/mnt"),
        "/dev/shm": lambda: names("/dev/shm"),
        "umount(2) /mnt": umount,
    }
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWNS)
        mount(b"none", b"/", None, MS_REC | MS_PRIVATE)
        mount(b"tmpfs", b"/mnt", b"tmpfs", 0)
        Path("/mnt/inner").touch()
        Path("/dev/shm/inner").touch()
        os.write(writer, json.dumps({k: m() for k, m in measures.items()}).encode())
        os._exit(0)
    # --8<-- [end:main]
    os.close(writer)
    with os.fdopen(reader) as pipe:
        inside = json.load(pipe)
    os.waitpid(pid, 0)
    print(f"   {'':<22} {'outside':<18} inside")
    for key, measure in measures.items():
        value = measure()
        mark = "==" if inside[key] == value else "!="
        print(f"{mark} {key:<22} {value:<18} {inside[key]}")
    for left in ("/mnt/before", "/dev/shm/inner"):
        Path(left).unlink()


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
