"""unshare(2) で自分だけを新しいユーザー名前空間に移し、自分をrootに対応づける。

実行: python3 unshare_user.py（sudoは要らない）
"""

import os
import sys


def show(label: str) -> None:
    with open("/proc/thread-self/status") as status:
        caps = next(line.split()[1] for line in status if line.startswith("CapEff"))
    ns = os.readlink("/proc/self/ns/user")
    print(f"{label:<8}{ns}  uid={os.geteuid():<6}gid={os.getegid():<6}CapEff={caps}")


def write(path: str, text: str) -> None:
    """1回のwrite(2) で書く。open() のバッファを通すと、エラーが出るのはcloseのときになる。"""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    except OSError as e:
        sys.exit(f"{path}: {e.strerror}")
    finally:
        os.close(fd)


def main() -> None:
    uid, gid = os.geteuid(), os.getegid()  # 移ったあとでは、もとのIDを尋ねられない
    show("before")

    try:
        os.unshare(os.CLONE_NEWUSER)
    except OSError as e:
        sys.exit(f"unshare: {e.strerror}")
    show("unshare")  # 特権はあるが、IDはまだ対応していない

    write("/proc/self/uid_map", f"0 {uid} 1")
    write("/proc/self/setgroups", "deny")  # これがないと、次の行がEPERM
    write("/proc/self/gid_map", f"0 {gid} 1")
    show("mapped")


main()
