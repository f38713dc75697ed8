"""外のプロセスouterと中のプロセスinnerのPIDが、外と中から何番に見えるかを測る。

innerは新しいPID名前空間のPID 1。両者の残した番号を、それぞれの子が読んで報告する。
実行: sudo python3 inside_outside.py
"""

import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROLES = ("outer", "inner")
PR_SET_NAME = 15
LIBC = ctypes.CDLL(None, use_errno=True)


# --8<-- [start:witness]
class Witness:
    """自分のPIDを、いろいろな形で残すプロセスと、それを読む側の道具。"""

    def __init__(self, role: str) -> None:
        self.role = role
        self.file = os.open(role, os.O_CREAT | os.O_RDWR)
        self.server = socket.socket(socket.AF_UNIX)
        self.channels = {side: socket.socketpair(type=socket.SOCK_DGRAM) for side in ROLES}

    def testify(self) -> None:
        """PIDを残す側が呼ぶ。"""
        LIBC.prctl(PR_SET_NAME, self.role.encode())
        self.server.bind(f"{self.role}.sock")
        self.server.listen()
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        fcntl.fcntl(self.file, fcntl.F_SETOWN, os.getpid())
        for writer, reader in self.channels.values():
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            writer.send(b"x")

    def peer(self) -> int:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"{self.role}.sock")
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("iii", credentials)[0]

    def sender(self, side: str) -> int:
        _, ancillary, _, _ = self.channels[side][1].recvmsg(1, socket.CMSG_SPACE(12))
        return struct.unpack("iii", ancillary[0][2])[0]

    def locker(self) -> int:
        query = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        return struct.unpack("hhqqi", fcntl.fcntl(self.file, fcntl.F_GETLK, query))[4]

    def find(self, proc: str) -> str:
        for comm in Path(proc).glob("[0-9]*/comm"):
            if comm.read_text().strip() == self.role:
                return comm.parent.name
        return "-"

    def look(self, side: str, pidfd: int) -> dict[str, object]:
        return {
            "SO_PEERCRED": self.peer(),
            "SCM_CREDENTIALS": self.sender(side),
            "fcntl(2) F_GETLK": self.locker(),
            "fcntl(2) F_GETOWN": fcntl.fcntl(self.file, fcntl.F_GETOWN),
            "/proc mounted outside": self.find("/proc"),
            "/proc mounted inside": self.find("proc"),
            "pidfd fdinfo NSpid": nspid(pidfd),
            "pidfd_send_signal(2)": poke(pidfd),
        }

    # --8<-- [end:witness]


def nspid(pidfd: int) -> str:
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    return " ".join(next(line for line in lines if line.startswith("NSpid:")).split()[1:])


def poke(pidfd: int) -> str:
    try:
        signal.pidfd_send_signal(pidfd, 0)  # 0は、送れるかどうかだけを調べる
    except OSError as e:
        return errno.errorcode[e.errno]
    return "ok"


def observe(side: str, witnesses: list[Witness], pidfds: list[int], writer: int) -> None:
    """子に読ませる。自分の掛けたロックは、自分にはF_GETLKで見えないので。"""
    pid = os.fork()
    if pid == 0:
        LIBC.prctl(PR_SET_NAME, b"observer")
        try:
            seen = [w.look(side, fd) for w, fd in zip(witnesses, pidfds, strict=True)]
            os.write(writer, json.dumps(seen).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def report(reader: int) -> list[dict[str, object]]:
    """observe() の書いたもの。"""
    if text := os.read(reader, 65536):
        return json.loads(text)
    sys.exit("inside_outside: no report")


def main() -> None:
    outer, inner = witnesses = [Witness(role) for role in ROLES]
    outer.testify()
    own = os.pidfd_open(os.getpid())
    reader, writer = os.pipe()
    os.unshare(os.CLONE_NEWPID)
    init = os.fork()
    if init == 0:
        try:
            inner.testify()
            subprocess.run(["mount", "-t", "proc", "proc", "proc"], check=True)
            observe("inner", witnesses, [own, os.pidfd_open(1)], writer)
            os.close(writer)
            signal.pause()
        except (OSError, subprocess.CalledProcessError) as e:
            print(f"inner: {e}", file=sys.stderr)
        finally:
            os._exit(1)
    os.close(writer)  # 閉じないと、innerが報告せずに死んだとき、次のreadが終わらない
    inside = report(reader)
    reader, writer = os.pipe()
    # このあとの子も中に生まれてしまうので、行き先を、いまいる名前空間に戻す
    os.setns(os.open("/proc/self/ns/pid", os.O_RDONLY), os.CLONE_NEWPID)
    observe("outer", witnesses, [own, os.pidfd_open(init)], writer)
    os.close(writer)
    outside = report(reader)

    print(f"{'process':<23}{'outer':<20}inner")
    print(f"{'seen from':<23}{'outside':<10}{'inside':<10}{'outside':<10}inside")
    for key in outside[0]:
        cells = [seen[key] for pair in zip(outside, inside, strict=True) for seen in pair]
        print("{:<23}{:<10}{:<10}{:<10}{}".format(key, *cells))
    os.kill(init, signal.SIGKILL)
    os.waitpid(init, 0)


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    Path("proc").mkdir()  # innerが、新しいprocをここにマウントする
    try:
        main()
    finally:
        os.chdir("/")
        if os.path.ismount(f"{directory}/proc"):
            subprocess.run(["umount", f"{directory}/proc"], check=True)
