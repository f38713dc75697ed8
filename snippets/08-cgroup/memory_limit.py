"""自分に効いているメモリの上限を、cgroupをルートまでたどって調べる。

実行: python3 memory_limit.py
"""

from pathlib import Path


def mounted() -> tuple[str, Path]:
    """cgroup v2のマウントが見せるルートと、マウントポイント。重ねてあれば、いちばん上のもの。"""
    rows = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    root, point = [row[3:5] for row in rows if row[row.index("-") + 1] == "cgroup2"][-1]
    return root.rstrip("/"), Path(point)


def limit(path: str) -> str:
    root, point = mounted()
    rest = path.removeprefix(root)
    if not f"{path}/".startswith(f"{root}/") or f"{rest}/".startswith("/../"):
        return "わからない"  # 自分のいる場所が、このマウントからは見えない
    here = point / rest.lstrip("/")
    limits = []
    for directory in (here, *here.parents):
        file = directory / "memory.max"
        if file.exists() and (text := file.read_text().strip()) != "max":
            limits.append(int(text))
        if directory == point:
            break
    return f"{min(limits) >> 20} MiB" if limits else "上限なし"


def main() -> None:
    path = Path("/proc/self/cgroup").read_text().split("0::")[1].splitlines()[0]
    print(f"{path}: {limit(path)}")


main()
