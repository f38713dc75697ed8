"""2つのプロセスの、名前空間と、それを取り巻く属性の違いを、1つずつ言葉で表示する。

実行: sudo python3 nsdiff.py PID [PID]（PIDが1つなら、このプログラムを起動したプロセスと比べる）
終了ステータスは、違いがなければ0、あれば1。読めないものがあれば、ほかに違いがあっても2。
"""

import errno
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

KINDS = ("mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time")
NS_GET_OWNER_UID = 0xB704  # <linux/nsfs.h>
CAPABILITIES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap
linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module
sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time
sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"""


class Process:
    def __init__(self, pid: int) -> None:
        # 開いておけば、終わったあとで番号が使い回されても、別のプロセスを読むことはない
        self.proc = os.open(f"/proc/{pid}", os.O_PATH)
        self.name = f"{pid} {self.text('comm')}"

    def rows(self, path: str) -> list[list[str]]:
        with open(os.open(path, os.O_RDONLY, dir_fd=self.proc), errors="backslashreplace") as f:
            return [row.split() for row in f.read().strip("\n\0").splitlines()]

    def text(self, path: str) -> str:
        return ", ".join(" ".join(row) for row in self.rows(path)) or "none"

    def status(self, keys: str) -> str:
        return " ".join(row[1] for row in self.rows("status") if row[0].strip(":") in keys.split())

    def directory(self, link: str) -> str:
        at = os.stat(link, dir_fd=self.proc)
        return f"{os.readlink(link, dir_fd=self.proc)} (device {at.st_dev}, inode {at.st_ino})"

    def namespace(self, kind: str) -> str:
        fd = os.open(f"ns/{kind}", os.O_RDONLY, dir_fd=self.proc)
        # 開いたままにしておくあいだ、番号は使い回されない
        words = os.readlink(f"ns/{kind}", dir_fd=self.proc)
        if kind == "uts":
            with suppress(PermissionError):
                os.setns(fd)  # ほかに何も変わらないので、入ったままでよい
                words += f" named {socket.gethostname()}"
        if kind == "net":
            words += " with " + " ".join(row[0].strip(":") for row in self.rows("net/dev")[2:])
        if kind == "user":
            fcntl.ioctl(fd, NS_GET_OWNER_UID, uid := bytearray(4))
            words += f" owned by UID {int.from_bytes(uid, sys.byteorder)}"
        return words

    def capabilities(self, which: str) -> str:
        mask = int(self.status(which), 16)
        with open("/proc/sys/kernel/cap_last_cap") as f:
            names = [*CAPABILITIES.split(), *map(str, range(41, 64))][: int(f.read()) + 1]
        has, lacks = ([s for n, s in enumerate(names) if mask >> n & 1 == bit] for bit in (1, 0))
        words = has if len(has) <= len(lacks) else ["all", *["but"][: len(lacks)], *lacks]
        return " ".join(words) or "none"

    def answers(self) -> Iterator[tuple[str, str | None]]:
        for name, (ask, what) in QUESTIONS.items():
            try:
                yield name, ask(self, what)
            except PermissionError:
                yield name, None  # 読む権限がない
            except OSError as e:
                if e.errno != errno.EINVAL:  # ラベルを付けるLSMがない
                    raise
                yield name, "none"
        for row in self.rows("mountinfo"):  # 重なっていれば、あとの行が上にある
            yield row[4], f"{row[row.index('-') + 1]} {row[3]} ({row[2]} {row[5]})"


QUESTIONS = {f"{kind} namespace": (Process.namespace, kind) for kind in KINDS} | {
    "UIDs (inside outside count)": (Process.text, "uid_map"),
    "GIDs (inside outside count)": (Process.text, "gid_map"),
    "clock offsets": (Process.text, "timens_offsets"),
    "cgroup": (Process.text, "cgroup"),
    "root": (Process.directory, "root"),
    "working directory": (Process.directory, "cwd"),
    "UID, GID": (Process.status, "Uid Gid"),
    "capabilities": (Process.capabilities, "CapEff"),
    "capabilities at most": (Process.capabilities, "CapBnd"),
    "no_new_privs": (Process.status, "NoNewPrivs"),
    "seccomp mode, filters": (Process.status, "Seccomp Seccomp_filters"),
    "LSM label": (Process.text, "attr/current"),
}


def main(one: Process, other: Process) -> int:
    print(f"{one.name} | {other.name}")
    ours, theirs, status = dict(one.answers()), dict(other.answers()), 0
    for name in ours | theirs:
        a, b = (answers.get(name, "not a mount point") for answers in (ours, theirs))
        if a != b and a and b:
            status = 1
            print(f"{name}: {a} | {b}")
    for process, answers in ((one, ours), (other, theirs)):
        if names := [name for name in answers if answers[name] is None]:
            status = 2
            print(f"{process.name} lets only root and its owner read: {', '.join(names)}")
    return status


try:
    one, other = map(int, [*sys.argv[1:], os.getppid()] if len(sys.argv) == 2 else sys.argv[1:])
    sys.exit(main(Process(one), Process(other)))
except ValueError:
    print("usage: nsdiff.py PID [PID]", file=sys.stderr)
except OSError as e:
    print(f"nsdiff: a process is not there: {e}", file=sys.stderr)
sys.exit(2)
