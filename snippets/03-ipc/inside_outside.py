"""IPC名前空間の内と外で、設定と一覧を読み比べる。

親が自分用の名前空間を作って設定を変えてから、子がさらに新しい名前空間に移る。
実行: sudo python3 inside_outside.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# /proc/sysの下の名前と、外で書いておく値。初期値とは違うものを選んである
CHANGED = {
    "kernel/msgmax": "4000",
    "kernel/msgmnb": "8000",
    "kernel/msgmni": "100",
    "kernel/sem": "10 1000 20 100",
    "kernel/shmall": "100000",
    "kernel/shmmax": "1000000",
    "kernel/shmmni": "50",
    "kernel/shm_rmid_forced": "1",
    "kernel/sem_next_id": "7",
    "fs/mqueue/queues_max": "20",
    "fs/mqueue/msg_max": "30",
    "fs/mqueue/msgsize_max": "9000",
    "fs/mqueue/msg_default": "5",
    "fs/mqueue/msgsize_default": "1000",
}
SHMMNI, MSG_MAX = "/proc/sys/kernel/shmmni", "/proc/sys/fs/mqueue/msg_max"
MSG = "/proc/sysvipc/msg"


def queues(text: str) -> str:
    return f"{len(text.splitlines()) - 1} queues"  # 1行目は見出し


# --8<-- [start:main]
def measure(opened: dict[str, int]) -> dict[str, str]:
    values = {k: " ".join(Path("/proc/sys", k).read_text().split()) for k in CHANGED}
    values["/proc/sysvipc/msg"] = queues(Path(MSG).read_text())
    values["opened before: shmmni"] = os.pread(opened[SHMMNI], 99, 0).decode().strip()
    values["opened before: msg_max"] = os.pread(opened[MSG_MAX], 99, 0).decode().strip()
    values["opened before: sysvipc/msg"] = queues(os.pread(opened[MSG], 9999, 0).decode())
    return values


def main() -> None:
    os.unshare(os.CLONE_NEWIPC)  # もともとの名前空間の設定は変えない
    for name, value in CHANGED.items():
        Path("/proc/sys", name).write_text(value)
    subprocess.run(["ipcmk", "-Q"], check=True, stdout=subprocess.DEVNULL)
    opened = {path: os.open(path, os.O_RDONLY) for path in (SHMMNI, MSG_MAX, MSG)}

    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.unshare(os.CLONE_NEWIPC)
        os.write(writer, json.dumps(measure(opened)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        inside = json.load(pipe)
    os.waitpid(pid, 0)

    print(f"   {'':<27} {'outside':<21} inside")
    for key, value in measure(opened).items():
        mark = "==" if inside[key] == value else "!="
        print(f"{mark} {key:<27} {value:<21} {inside[key]}")
        # --8<-- [end:main]


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 inside_outside.py")
main()
