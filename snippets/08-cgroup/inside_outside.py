"""cgroup名前空間の内と外で、システムコールとファイルの答えを並べる。

32 MiB、プロセス20個、CPU半分のcgroupに子を入れ、子は名前空間を分けてから、同じものを測る。
実行: sudo python3 inside_outside.py
"""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

C = Path("/sys/fs/cgroup")
DEMO = C / "demo"
OPENED = os.open("/proc/self/cgroup", os.O_RDONLY)  # 名前空間を分ける前に開いておく


def path(text: str) -> str:
    return text.split("0::")[1].splitlines()[0]


def root_of(mount_point: str) -> str:
    """mountinfoの4番目の欄。マウントが、そのファイルシステムのどこをルートにしているか。"""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return next(line.split()[3] for line in lines if line.split()[4] == mount_point)


def memory_max(directory: str | Path) -> str:
    file = Path(directory, "memory.max")
    return file.read_text().strip() if file.exists() else "(no file)"


def forks() -> str:
    """40個の子を作ってみて、いくつできたか。"""
    children = []
    try:
        for _ in range(40):
            if (pid := os.fork()) == 0:
                signal.pause()
            children.append(pid)
    except OSError as e:
        return f"{len(children)}, {errno.errorcode[e.errno]}"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return str(len(children))


# --8<-- [start:measure]
def paths(new: str) -> dict[str, str]:
    """パスと、新しくマウントした `new` から見えるもの。"""
    return {
        "/proc/1/cgroup": path(Path("/proc/1/cgroup").read_text()),
        "/proc/self/cgroup": path(Path("/proc/self/cgroup").read_text()),
        "  opened before unshare": path(os.pread(OPENED, 4096, 0).decode()),
        "mountinfo root, old mount": root_of(str(C)),
        "mountinfo root, new mount": root_of(new),
        "memory.max, old mount": memory_max(C),
        "memory.max, new mount": memory_max(new),
    }


def measure() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as new:
        # オプションはシステム全体で1つなので、いまのものを並べる
        options = "nsdelegate,memory_recursiveprot"
        subprocess.run(["mount", "-t", "cgroup2", "-o", options, "new", new], check=True)
        try:
            values = paths(new)
        finally:
            subprocess.run(["umount", new], check=True)
    values["/proc/meminfo MemTotal"] = Path("/proc/meminfo").read_text().split()[1] + " kB"
    values["sysconf _SC_PHYS_PAGES"] = str(os.sysconf("SC_PHYS_PAGES"))
    values["sched_getaffinity(2)"] = str(sorted(os.sched_getaffinity(0)))
    rows = [line.split() for line in Path("/proc/cgroups").read_text().splitlines()]
    values["/proc/cgroups num_cgroups"] = next(row[2] for row in rows if row[0] == "pids")
    values["fork(2) up to 40 times"] = forks()
    return values
    # --8<-- [end:measure]


def inside() -> dict[str, str]:
    """DEMOの中に子を生み、名前空間を分けてから測らせる。"""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            (DEMO / "cgroup.procs").write_text("0")
            os.unshare(os.CLONE_NEWCGROUP | os.CLONE_NEWNS)
            os.write(writer, json.dumps(measure()).encode())
        except (OSError, subprocess.CalledProcessError) as e:
            print(e, file=sys.stderr, flush=True)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(answer) if answer else sys.exit(1)


def main() -> None:
    (C / "cgroup.procs").write_text("0")  # 木のルートに移る
    DEMO.mkdir()
    try:
        (DEMO / "memory.max").write_text("32M")
        (DEMO / "pids.max").write_text("20")
        (DEMO / "cpu.max").write_text("50000 100000")
        limited, free = inside(), measure()
    finally:
        DEMO.rmdir()
    print(f"   {'':<30} {'outside':<14} inside")
    for key, value in free.items():
        mark = "==" if limited[key] == value else "!="
        print(f"{mark} {key:<30} {value:<14} {limited[key]}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
