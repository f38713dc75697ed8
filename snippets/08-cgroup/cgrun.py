"""メモリとプロセス数を限ったcgroupでコマンドを動かし、終わったら使った量を報告する。

実行: sudo python3 cgrun.py メモリ プロセス数 コマンド...
"""

import os
import select
import sys
from pathlib import Path


def wait_until_empty(box: Path) -> None:
    with (box / "cgroup.events").open() as events:
        changed = select.poll()
        changed.register(events, select.POLLPRI)
        while "populated 1" in events.read():
            changed.poll()
            events.seek(0)


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} MEMORY PIDS COMMAND...")
    memory, pids, *command = sys.argv[1:]
    box = Path(f"/sys/fs/cgroup/cgrun-{os.getpid()}")
    box.mkdir()
    try:
        for name, value in {"memory.max": memory, "memory.swap.max": "0", "pids.max": pids}.items():
            (box / name).write_text(value)
        pid = os.fork()
        if pid == 0:
            try:
                (box / "cgroup.procs").write_text("0")  # 移ってから分ける
                os.unshare(os.CLONE_NEWCGROUP)
                os.execvp(command[0], command)
            except OSError as e:
                print(f"cgrun: {e.strerror}", file=sys.stderr, flush=True)
            finally:
                os._exit(127)
        _, status = os.waitpid(pid, 0)
        events = dict(line.split() for line in (box / "memory.events").read_text().splitlines())
        failed = (box / "pids.events").read_text().split()[1]
        print(f"exit={os.waitstatus_to_exitcode(status)} oom_kill={events['oom_kill']} ", end="")
        print(f"fork_failed={failed != '0'}")
    finally:
        (box / "cgroup.kill").write_text("1")  # 残った子孫も道連れにする
        wait_until_empty(box)
        box.rmdir()


main()
