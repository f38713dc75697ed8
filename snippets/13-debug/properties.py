"""ユニットのプロパティが、サービスのプロセスの何を変えるかを測る。

実行: sudo python3 properties.py PROPERTY=VALUE...

名前空間は、PID 1と違う種類を並べる。ほかは、プロパティのないサービスと違うものを並べる。
"""

import os
import re
import subprocess
import sys

KINDS = ("mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time")
ATTRIBUTES = {"Seccomp": "seccomp", "CapBnd": "capabilities", "NoNewPrivs": "no_new_privs"}


def measure(*properties: str) -> dict[str, str]:
    """/proc/self/nsのリンクと、/proc/self/statusの行。"""
    service = ["systemd-run", "--quiet", "--wait", "--pipe"]
    service += [f"--property={one}" for one in properties]
    service += ["sh", "-c", "ls -l /proc/self/ns; cat /proc/self/status"]
    done = subprocess.run(service, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(properties)}: {done.stderr.strip()}")
    links = re.findall(r"(\w+) -> (\S+)", done.stdout)
    return dict(links + re.findall(r"^(\w+):\t(.*)$", done.stdout, re.MULTILINE))


def main() -> None:
    plain = measure()
    manager = {kind: os.readlink(f"/proc/1/ns/{kind}") for kind in KINDS}
    for one in ["", *sys.argv[1:]]:
        found = measure(one) if one else plain
        differ = [kind for kind in KINDS if found[kind] != manager[kind]]
        differ += [name for key, name in ATTRIBUTES.items() if found[key] != plain[key]]
        print(f"{one or '(none)':<32}{' '.join(differ) or '-'}", flush=True)


main()
