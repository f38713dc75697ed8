"""mybox：本書の小さなコンテナ。

実行: python3 mybox.py run -r ROOT [OPTION]... COMMAND...（sudoは要らない）
      python3 mybox.py exec PID COMMAND...
"""

import argparse
import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import tty
from collections.abc import Callable
from pathlib import Path

FLAGS = os.CLONE_NEWUTS
FLAGS |= os.CLONE_NEWIPC
FLAGS |= os.CLONE_NEWPID | os.CLONE_NEWNS
FLAGS |= os.CLONE_NEWUSER
FLAGS |= os.CLONE_NEWNET
FLAGS |= os.CLONE_NEWCGROUP
FLAGS |= os.CLONE_NEWTIME
LIBC = ctypes.CDLL(None, use_errno=True)
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18
MS_BIND, MNT_DETACH = 1 << 12, 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
KEEP = {0, 1, 3, 5, 6, 7, 10}  # CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID NET_BIND_SERVICE
LD, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06  # BPFの命令
ARCH, CLONE, DENIED = {  # ptrace add_key request_key keyctl
    #   unshare perf_event_open setns bpf userfaultfd io_uring_setup
    "x86_64": (0xC000003E, 56, (101, 248, 249, 250, 272, 298, 308, 321, 323, 425)),
    "aarch64": (0xC00000B7, 220, (117, 217, 218, 219, 97, 241, 268, 280, 282, 425)),
}[os.uname().machine]
CLONE3 = 435
KILL, EPERM, ENOSYS, ALLOW = 1 << 31, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x7FFF0000


def call(name: str, *args: str | bytes | int | None) -> None:
    """glibcの関数を呼び、失敗ならOSErrorにする。"""
    plain = [a.encode() if isinstance(a, str) else a for a in args]
    if getattr(LIBC, name)(*[ctypes.c_ulong(a) if isinstance(a, int) else a for a in plain]) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


# --8<-- [start:guard]
def guard() -> None:
    """コマンドに変身する前に、できることを減らす。"""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.clear()
    os.environ["PATH"] = "/bin:/usr/bin"
    for number in set(range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1)) - KEEP:
        call("prctl", PR_CAPBSET_DROP, number, 0, 0, 0)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("close_range", 3, 0xFFFFFFFF, 0)  # 外のディレクトリを持ち込まない
    rows = [(LD, 0, 0, 4), (JEQ, 1, 0, ARCH), (RET, 0, 0, KILL)]
    rows += [(LD, 0, 0, 0), (JGE, 0, 1, 1 << 30), (RET, 0, 0, ENOSYS)]  # x32の番号
    for number in DENIED:
        rows += [(JEQ, 0, 1, number), (RET, 0, 0, EPERM)]
    rows += [(JEQ, 0, 1, CLONE3), (RET, 0, 0, ENOSYS)]  # フラグを読めないので、ないことにする
    rows += [(JEQ, 0, 3, CLONE), (LD, 0, 0, 16)]  # 第1引数。FLAGSのどれかがあれば断る
    rows += [(JSET, 0, 1, FLAGS), (RET, 0, 0, EPERM), (RET, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = struct.pack("H6xQ", len(rows), ctypes.addressof(code))
    call("prctl", PR_SET_SECCOMP, 2, program, 0, 0)
    # --8<-- [end:guard]


# --8<-- [start:body]
def execute(box: argparse.Namespace) -> int:
    """コマンドに変身する。"""
    os.setpgid(0, 0)
    if box.front:  # ^Cが、PID 1でなくコマンドに届くようにする
        os.tcsetpgrp(0, os.getpgrp())
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Pythonが無視していたものを戻す
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    guard()
    try:
        os.execvp(box.command[0], box.command)
    except OSError as e:
        e.filename = box.command[0]
        raise


# --8<-- [start:life]
def spawn(task: Callable[[argparse.Namespace], int], box: argparse.Namespace) -> int:
    """taskを子プロセスでおこなう。子は、その答えを終了ステータスにして終わる。"""
    box.wait, box.go = os.pipe()  # goは親だけが持つ
    pid = os.fork()
    if pid:
        os.close(box.wait)
        return pid
    status = 127
    try:
        os.close(box.go)
        call("prctl", PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)  # 親が死んだら死ぬ
        other_end = select.poll()
        other_end.register(box.wait, 0)
        if other_end.poll(0):  # もう死んでいたら、シグナルは来ない
            os._exit(status)
        status = task(box)
    except OSError as e:
        print(f"mybox: {e}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def look_after(child: int) -> int:
    """シグナルを子に渡し、孤児も回収する。子が終わったら、その終了ステータスを返す。"""
    while True:
        number = signal.sigwait(signal.valid_signals())
        if number != signal.SIGCHLD:
            os.kill(child, number)
            continue
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
            if ended.si_pid == child:
                return ended.si_status + (0 if ended.si_code == os.CLD_EXITED else 128)
    # --8<-- [end:life]


# --8<-- [start:lo]
def raise_lo() -> None:
    """ip link set lo up と同じこと。"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    # --8<-- [end:lo]


# --8<-- [start:terminal]
def copy(box: argparse.Namespace) -> int:
    """外の端末と箱の端末のあいだを、コマンドが終わるまで写す。"""

    def resize(*_: object) -> None:
        size = fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(box.master, termios.TIOCSWINSZ, size)

    resize()
    signal.signal(signal.SIGWINCH, resize)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGWINCH])
    tty.setraw(0, termios.TCSADRAIN)  # ^Cも、文字のまま箱に届ける
    while True:
        ready = select.select([box.master, box.wait, 0], [], [])[0]
        if box.master not in ready and box.wait in ready:  # 終わったので、出力の残りもない
            return 0
        source, target = (box.master, 1) if box.master in ready else (0, box.master)
        data = os.read(source, 65536)
        if not data:  # 外の端末がなくなった
            return 0
        while data:
            data = data[os.write(target, data) :]


def session(box: argparse.Namespace) -> int:
    """箱に端末を作り、それを制御端末とするセッションで、コマンドを動かす。"""
    box.master, slave = os.openpty()  # 箱の/dev/ptmx
    copier, end = spawn(copy, box), box.go  # 写す子は、外の端末を持つ
    os.login_tty(slave)  # ここから、0番から2番は箱の端末
    status = look_after(spawn(execute, box))
    os.close(end)
    with contextlib.suppress(ChildProcessError):  # 先に終わっていた
        os.waitpid(copier, 0)
    return status
    # --8<-- [end:terminal]


# --8<-- [start:init]
def init(box: argparse.Namespace) -> int:
    """PID 1として、中を整え、コマンドの面倒を見る。"""
    call("mount", "none", "/", None, MS_REC | MS_PRIVATE, None)
    call("mount", box.root, box.root, None, MS_BIND | MS_REC, None)
    os.chdir(box.root)
    call("mount", "tmpfs", "dev", "tmpfs", 0, "mode=755")
    for name in ("null", "zero", "random", "urandom", "tty"):
        Path("dev", name).touch()
        call("mount", f"/dev/{name}", f"dev/{name}", None, MS_BIND, None)
    os.mkdir("dev/pts")
    call("mount", "devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=666")
    os.symlink("pts/ptmx", "dev/ptmx")
    call("pivot_root", ".", ".")  # 新しいルートに、古いルートが重なる
    call("mount", "proc", "/proc", "proc", 0, None)
    call("umount2", ".", MNT_DETACH)  # 重なった古いルートを捨てる
    os.chdir("/")
    raise_lo()
    if box.terminal:
        return look_after(spawn(session, box))
    return look_after(spawn(execute, box))
    # --8<-- [end:init]


# --8<-- [start:maps]
def write_maps(box: argparse.Namespace) -> int:
    """外に残り、親が名前空間を分けるのを待って、対応表を書く。"""
    pid, uid, gid = os.getppid(), os.getuid(), os.getgid()
    if not os.read(box.wait, 1):  # 分けられずに終わった
        return 127
    if box.subid:  # 1番から先は、/etc/subuidと/etc/subgidで自分に割り当てられたもの
        for name, own in (("newuidmap", uid), ("newgidmap", gid)):
            numbers = [pid, 0, own, 1, 1, box.subid, 65536]
            subprocess.run([name, *map(str, numbers)], check=True)
        return 0
    Path(f"/proc/{pid}/uid_map").write_text(f"0 {uid} 1")
    Path(f"/proc/{pid}/gid_map").write_text(f"0 {gid} 1")
    return 0
    # --8<-- [end:maps]


# --8<-- [start:outside]
# --8<-- [start:start]
def start(box: argparse.Namespace) -> int:
    """名前空間を分けて、コマンドを動かす。"""
    mapper = spawn(write_maps, box)  # 分ける前に生み、外に残す
    if box.cgroup:  # 移ってから分ける
        limits = {"memory.max": box.memory, "memory.swap.max": "0", "pids.max": box.pids}
        for name, value in {**limits, "cgroup.procs": "0"}.items():
            Path(box.cgroup, name).write_text(value)
    os.unshare(FLAGS)
    Path("/proc/self/setgroups").write_text("deny")
    os.write(box.go, b".")
    if look_after(mapper):
        return 127
    if box.boottime:  # 子が生まれたあとでは、もう書けない
        Path("/proc/self/timens_offsets").write_text(f"boottime {box.boottime} 0")
    if box.name:
        socket.sethostname(box.name)
    return look_after(spawn(init, box))
    # --8<-- [end:start]
    # --8<-- [end:body]


# --8<-- [start:run]
def run(box: argparse.Namespace) -> int:
    """上限つきのcgroupを作り、箱をその中で動かし、終わったら消す。"""
    if box.terminal and not box.front:
        sys.exit("mybox: -t needs a terminal")
    if not box.cgroup:
        return look_after(spawn(start, box))
    box.cgroup = Path(box.cgroup, f"mybox-{os.getpid()}")
    box.cgroup.mkdir()
    status = look_after(spawn(start, box))
    box.cgroup.rmdir()
    return status
    # --8<-- [end:run]
    # --8<-- [end:outside]


# --8<-- [start:enter]
def enter(box: argparse.Namespace) -> int:
    """動いている箱に、pidfdで一度に入って、コマンドを動かす。"""
    os.setns(os.pidfd_open(box.pid), FLAGS)
    return look_after(spawn(execute, box))
    # --8<-- [end:enter]


def main() -> None:
    parser = argparse.ArgumentParser(prog="mybox")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run")
    verb.set_defaults(task=run)
    verb.add_argument("-n", "--name", help="ホスト名")
    verb.add_argument("-r", "--root", required=True, help="ルートにするディレクトリ")
    verb.add_argument("-c", "--cgroup", help="委譲されたcgroupのディレクトリ")
    verb.add_argument("-m", "--memory", default="max", help="memory.max")
    verb.add_argument("-p", "--pids", default="max", help="pids.max")
    verb.add_argument("-s", "--subid", type=int, help="自分の範囲の、最初の番号")
    verb.add_argument("-t", "--terminal", action="store_true", help="箱に端末を作る")
    verb.add_argument("-b", "--boottime", type=int, help="起動時刻をずらす秒数")
    verb.add_argument("command", nargs=argparse.PARSER)
    verb = verbs.add_parser("exec")
    verb.set_defaults(task=enter)
    verb.add_argument("pid", type=int)
    verb.add_argument("command", nargs=argparse.PARSER)
    box = parser.parse_args()
    box.front = os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    before = termios.tcgetattr(0) if box.front else []
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    try:
        sys.exit(box.task(box))
    except OSError as e:
        sys.exit(f"mybox: {e}")
    finally:
        if box.front and os.isatty(0):  # 前面を、呼んだシェルに返す
            os.tcsetpgrp(0, os.getpgrp())
            termios.tcsetattr(0, termios.TCSADRAIN, before)


main()
