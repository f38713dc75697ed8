"""1つの探り（probe.sh）を、いくつもの箱の中で実行し、見えたものを表にする。

実行: python3 compare.py ROOT BOX...（ROOTにはbusyboxと/probeが要る。BOXはBOXESのどれか）
"""

import os
import subprocess
import sys

ROOT = os.path.abspath(sys.argv[1])
# --8<-- [start:boxes]
BOXES = {
    "tenlines": ["bash", "tenlines.sh", ROOT],
    "mybox": ["python3", "mybox.py", "run", "-r", ROOT],
    "mybox-c": ["./mybox", "run", "-r", ROOT],
    "bwrap": ["bwrap", "--bind", ROOT, "/", "--unshare-all", "--dev", "/dev", "--proc", "/proc"],
    "crun": ["bash", "oci.sh", "crun --cgroup-manager=disabled", ROOT],
    "runc": ["bash", "oci.sh", "runc", ROOT],
    "podman": [
        *("podman", "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "run", "--rm"),
        *("--cgroups=disabled", "--network=none", "--rootfs", ROOT),
    ],
}
# --8<-- [end:boxes]


def look(box: list[str]) -> dict[str, str]:
    """箱の中で探り、名前から値への表にする。外との違いは、ここで比べる。"""
    os.dup2(os.open("/", os.O_RDONLY), 9)  # 開いたままのディレクトリ
    done = subprocess.run(
        [*box, "sh", "/probe"],
        env={**os.environ, "SECRET": "leaked"},
        pass_fds=[9],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seen = {line.split()[0]: line.partition(" ")[2] for line in done.stdout.splitlines()}
    for name, value in seen.items():
        if value.startswith(f"{name}:["):
            shared = value == os.readlink(f"/proc/self/ns/{name}")
            seen[name] = "shared" if shared else "new"
    seen["CapEff"] = f"{int(seen['CapEff'], 16).bit_count()} caps"
    seen["open-dir"] = "leaked" if seen["open-dir"] == os.uname().nodename else ""
    return {name: value or "-" for name, value in seen.items()}


def main() -> None:
    columns = {name: look(BOXES[name]) for name in sys.argv[2:]}
    print(f"{'':<12}" + "".join(f"{name:<10}" for name in columns).rstrip())
    for row in next(iter(columns.values())):
        print(f"{row:<12}" + "".join(f"{seen[row]:<10}" for seen in columns.values()).rstrip())


if __name__ == "__main__":
    main()
