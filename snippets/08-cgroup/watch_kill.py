"""cgroupの全員を cgroup.kill で終わらせ、いなくなったことを cgroup.events のpoll(2) で知る。

実行: sudo python3 watch_kill.py
"""

import os
import select
import subprocess
import sys
from pathlib import Path

DEMO = Path("/sys/fs/cgroup/demo")


def populated(fd: int) -> str:
    """中に（子孫のcgroupも含めて）プロセスがいれば1。読むと、変化の印も消える。"""
    return os.pread(fd, 4096, 0).decode().split()[1]


def main() -> None:
    try:
        (DEMO / "sub").mkdir(parents=True)
    except OSError as e:
        sys.exit(f"{e.filename}: {e.strerror}")
    events = os.open(DEMO / "cgroup.events", os.O_RDONLY | os.O_CLOEXEC)
    print("empty    populated", populated(events))

    enter = 'trap "" TERM; echo $$ > "$0/cgroup.procs"; echo; exec sleep 60'
    for where in (DEMO, DEMO / "sub"):
        job = subprocess.Popen(["bash", "-c", enter, str(where)], stdout=subprocess.PIPE)
        job.stdout.readline()  # cgroupに移り終えるまで待つ
    print("started  populated", populated(events))

    poller = select.poll()
    poller.register(events, select.POLLPRI)
    (DEMO / "cgroup.kill").write_text("1")
    while populated(events) == "1":
        poller.poll()  # 変化があるまで眠る
    print("killed   populated", populated(events))
    for _ in range(2):
        _, status = os.wait()
        print("wait     signal", os.WTERMSIG(status))
    (DEMO / "sub").rmdir()
    DEMO.rmdir()


main()
