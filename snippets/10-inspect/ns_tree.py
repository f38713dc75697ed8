"""/procの3か所とソケットから名前空間を探し、所有者のユーザー名前空間ごとの木に描く。

実行: sudo python3 ns_tree.py
"""

import contextlib
import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from sockns import net_of_socket

# <linux/nsfs.h> から
NS_GET_USERNS, NS_GET_PARENT, NS_GET_NSTYPE, NS_GET_OWNER_UID = 0xB701, 0xB702, 0xB703, 0xB704
NSFS = os.stat("/proc/self/ns/net").st_dev  # どの名前空間のファイルも、ここにある
KINDS = {
    os.CLONE_NEWNS: "mnt",
    os.CLONE_NEWUTS: "uts",
    os.CLONE_NEWIPC: "ipc",
    os.CLONE_NEWPID: "pid",
    os.CLONE_NEWNET: "net",
    os.CLONE_NEWCGROUP: "cgroup",
    os.CLONE_NEWTIME: "time",
    os.CLONE_NEWUSER: "user",
}


# --8<-- [start:places]
def places(process: Path) -> Iterator[tuple[Path, str]]:
    """名前空間かもしれないファイルと、そこで見つけたときの呼び名。"""
    pid, comm = process.name, (process / "comm").read_text().strip()
    for link in (process / "ns").iterdir():
        yield link, f"{pid} {comm}"
    for fd in (process / "fd").iterdir():
        yield fd, f"{'socket' if fd.is_socket() else 'fd'} {fd.name} of {pid} {comm}"
    for fields in map(str.split, (process / "mountinfo").read_text().splitlines()):
        if fields[fields.index("-") + 1] == "nsfs":
            yield process / "root" / fields[4].lstrip("/"), f"mount {fields[4]}"


def open_namespace(file: Path) -> int | None:
    """そのファイルの名前空間を開く。ソケットなら、それが属するネットワーク名前空間。"""
    status = file.stat()
    if status.st_dev == NSFS:
        return os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    if stat.S_ISSOCK(status.st_mode):
        return net_of_socket(int(file.parts[2]), int(file.name))
    return None
    # --8<-- [end:places]


# --8<-- [start:add]
class Namespace:
    """開いてある名前空間1つ。開いているあいだ、番号は使い回されない。"""

    def __init__(self, fd: int, inode: int) -> None:
        self.fd, self.holders = fd, dict[str, None]()
        self.kind = KINDS[fcntl.ioctl(fd, NS_GET_NSTYPE)]
        self.name = f"{self.kind}:[{inode}]"

    def owner(self) -> int | None:
        """所有者を指すfd。ユーザー名前空間では親が所有者にあたる。"""
        try:
            return fcntl.ioctl(self.fd, NS_GET_PARENT if self.kind == "user" else NS_GET_USERNS)
        except PermissionError:  # 自分のいるユーザー名前空間より上は、見せてもらえない
            return None

    def uid(self) -> str:
        if self.kind != "user":
            return ""
        answer = fcntl.ioctl(self.fd, NS_GET_OWNER_UID, bytes(4))
        return f" uid={int.from_bytes(answer, sys.byteorder)}"


FOUND: dict[tuple[int, int], Namespace] = {}


def add(fd: int) -> Namespace:
    """同じ名前空間かどうかは、デバイス番号とinode番号の組で決まる。"""
    status = os.fstat(fd)
    key = status.st_dev, status.st_ino
    if key in FOUND:
        os.close(fd)
    else:
        FOUND[key] = Namespace(fd, status.st_ino)
    return FOUND[key]
    # --8<-- [end:add]


# --8<-- [start:tree]
def search() -> None:
    processes = (path for path in Path("/proc").glob("[0-9]*") if path.name != str(os.getpid()))
    for process in sorted(processes, key=lambda path: int(path.name)):
        with contextlib.suppress(OSError):  # 終わったプロセス、調べる許可のないプロセス
            for file, holder in places(process):
                with contextlib.suppress(OSError):  # 1つ開けなくても、次へ進む
                    fd = open_namespace(file)
                    if fd is not None:
                        add(fd).holders[holder] = None


def draw(tree: dict[Namespace | None, list[Namespace]], top: Namespace | None, indent: str) -> None:
    children = sorted(tree.get(top, []), key=lambda ns: list(KINDS.values()).index(ns.kind))
    for ns in children:
        last = ns is children[-1]
        holder = next(iter(ns.holders), "(nobody)")
        print(f"{indent}{'└─' if last else '├─'}{ns.name}{ns.uid()} {holder}")
        draw(tree, ns, indent + ("  " if last else "│ "))


def main() -> None:
    search()
    tree: dict[Namespace | None, list[Namespace]] = {}
    todo = list(FOUND.values())
    for ns in todo:
        fd = ns.owner()
        owner = None if fd is None else add(fd)
        if owner and owner not in todo:
            todo.append(owner)  # プロセスもファイルもない所有者も、ここで見つかる
        tree.setdefault(owner, []).append(ns)
    draw(tree, None, "")
    # --8<-- [end:tree]


main()
