"""setns(2) で、すでにあるユーザー名前空間に入る。

実行: python3 setns_user.py /proc/PID/ns/user
"""

import os
import sys


def show(label: str) -> None:
    with open("/proc/thread-self/status") as status:
        caps = next(line.split()[1] for line in status if line.startswith("CapEff"))
    ns = os.readlink("/proc/self/ns/user")
    print(f"{label:<8}{ns}  uid={os.geteuid():<6}gid={os.getegid():<6}CapEff={caps}")


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} /proc/PID/ns/user")

    show("before")
    try:
        fd = os.open(sys.argv[1], os.O_RDONLY | os.O_CLOEXEC)
        os.setns(fd, os.CLONE_NEWUSER)
    except OSError as e:
        sys.exit(f"{e.filename or 'setns'}: {e.strerror}")
    os.close(fd)
    show("after")


main()
# --8<-- [end:main]
