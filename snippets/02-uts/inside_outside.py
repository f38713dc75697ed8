"""UTS名前空間の内と外で、システムコールとファイルの答えを並べる。

子が unshare(2) してホスト名とドメイン名を変えたあと、同じ測定を内と外で行う。
実行: sudo python3 inside_outside.py
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PROC = "/proc/sys/kernel"
# 名前空間を分ける前に開いておくファイル。内と外で同じものを読む
OPENED = os.open(f"{PROC}/hostname", os.O_RDONLY)


def domainname() -> str:
    buffer = ctypes.create_string_buffer(65)
    if LIBC.getdomainname(buffer, ctypes.c_size_t(len(buffer))) < 0:
        raise OSError(ctypes.get_errno(), "getdomainname")
    return buffer.value.decode()


def setdomainname(name: bytes) -> None:
    if LIBC.setdomainname(name, ctypes.c_size_t(len(name))) < 0:
        raise OSError(ctypes.get_errno(), "setdomainname")


def measure() -> dict[str, str]:
    u = os.uname()
    bash = subprocess.check_output(["bash", "-c", "echo $HOSTNAME"], text=True)
    values = {
        "gethostname(2)": socket.gethostname(),
        "getdomainname(2)": domainname(),
        "uname(2) nodename": u.nodename,
        "uname(2) sysname": u.sysname,
        "uname(2) release": u.release,
        "uname(2) machine": u.machine,
        "opened before unshare": os.pread(OPENED, 65, 0).decode().strip(),
        "new bash $HOSTNAME": bash.strip(),
    }
    files = [f"{PROC}/{f}" for f in ("hostname", "domainname", "ostype", "osrelease")]
    for path in [*files, "/etc/hostname"]:
        values[path] = Path(path).read_text().strip()
    return values


def main() -> None:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWUTS)
        socket.sethostname("inner")
        setdomainname(b"inner.example")
        os.write(writer, json.dumps(measure()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        inside = json.load(pipe)  # 子が名前を変え終えるまで、ここで待つ
    os.waitpid(pid, 0)
    outside = measure()

    print(f"   {'':<27} {'outside':<27} inside")
    for key, value in outside.items():
        mark = "==" if inside[key] == value else "!="
        print(f"{mark} {key:<27} {value:<27} {inside[key]}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
