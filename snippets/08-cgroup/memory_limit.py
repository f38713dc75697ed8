"""自分に効いているメモリの上限を、cgroupをルートまでたどって調べる。

実行: python3 memory_limit.py
"""

from pathlib import Path


def mounted() -> Path:
    """cgroup v2のマウントポイント。重ねてあれば、いちばん上（最後）のもの。"""
    rows = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [Path(row[4]) for row in rows if row[row.index("-") + 1] == "cgroup2"][-1]


def main() -> None:
    root = mounted()
    path = Path("/proc/self/cgroup").read_text().split("0::")[1].splitlines()[0]
    here = root / path.lstrip("/")
    limits = []
    for directory in (here, *here.parents):
        file = directory / "memory.max"
        if file.exists() and (text := file.read_text().strip()) != "max":
            limits.append(int(text))
        if directory == root:
            break
    print(f"{path}: {min(limits) >> 20} MiB" if limits else f"{path}: 上限なし")


main()
