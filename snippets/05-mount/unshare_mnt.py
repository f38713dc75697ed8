"""unshare(2) で自分だけを新しいマウント名前空間に移し、/mntにtmpfsをマウントする。

実行: sudo python3 unshare_mnt.py
"""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
# <sys/mount.h> の値。どのアーキテクチャでも同じ
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18


def mount(source: str, target: str, fstype: str | None, flags: int) -> None:
    """mount(2)。Pythonの標準ライブラリにはないので、glibcの関数を呼ぶ。"""
    names = [None if s is None else s.encode() for s in (source, target, fstype)]
    if LIBC.mount(*names, ctypes.c_ulong(flags), None) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), f"mount {target}")


def propagation(target: str) -> str:
    """mountinfoの7番目から「-」の手前までが伝播の設定。何もなければprivate。"""
    with open("/proc/self/mountinfo") as table:
        fields = [line.split() for line in table]
    (last,) = [f for f in fields if f[4] == target][-1:]  # 重なっていれば、いちばん上のもの
    return " ".join(last[6 : last.index("-")]) or "private"


def show(label: str) -> None:
    ns, mounted = os.readlink("/proc/self/ns/mnt"), os.path.ismount("/mnt")
    print(f"{label:<9}{ns}  /: {propagation('/')}  /mnt: {mounted}")


def main() -> None:
    show("before")
    try:
        os.unshare(os.CLONE_NEWNS)
        show("unshare")  # 名前空間は変わったが、マウントはまだ外とつながっている
        mount("none", "/", None, MS_REC | MS_PRIVATE)
        show("private")
        mount("tmpfs", "/mnt", "tmpfs", 0)
        show("mount")
    except OSError as e:
        sys.exit(f"{e.filename or 'unshare'}: {e.strerror}")


main()
