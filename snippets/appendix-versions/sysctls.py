"""名前空間ごとに、その持ち主のrootだけが書けるようになるsysctlを、/proc/sysを歩いて数える。

実行: python3 sysctls.py （一般ユーザーで）
"""

import os
from collections import Counter
from collections.abc import Iterator

KINDS = {
    "uts": os.CLONE_NEWUTS,
    "ipc": os.CLONE_NEWIPC,
    "pid": os.CLONE_NEWPID,
    "net": os.CLONE_NEWNET,
    "mnt": os.CLONE_NEWNS,
    "cgroup": os.CLONE_NEWCGROUP,
    "time": os.CLONE_NEWTIME,
}


# --8<-- [start:main]
def writable() -> Iterator[str]:
    """書けるファイル。開きはするが、書かない。"""
    for folder, _, files in os.walk("/proc/sys"):
        for path in (f"{folder}/{name}" for name in files):
            try:
                os.close(os.open(path, os.O_WRONLY))
                yield path.removeprefix("/proc/sys/")
            except OSError:
                continue


def seen(flags: int) -> set[str]:
    """`flags` の名前空間をユーザー名前空間といっしょに作り、その中で書けるもの。"""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        os.unshare(os.CLONE_NEWUSER | flags)
        for name, text in (("setgroups", "deny"), ("uid_map", "0 1000 1"), ("gid_map", "0 1000 1")):
            with open(f"/proc/self/{name}", "wb", buffering=0) as file:
                file.write(text.encode())
        if os.fork() == 0:  # PID名前空間に入るのは子
            os.write(writing, "\n".join(writable()).encode())
            os._exit(0)
        os.wait()
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        found = set(pipe.read().split())
    os.waitpid(pid, 0)
    return found


base = seen(0)
print("user  ", len(base), dict(Counter(path.split("/")[0] for path in sorted(base))))
for kind, flag in KINDS.items():
    more = seen(flag) - base
    folders = Counter("/".join(path.split("/")[:2]) for path in sorted(more))
    print(f"{kind:<6}", len(more), dict(folders))
# --8<-- [end:main]
