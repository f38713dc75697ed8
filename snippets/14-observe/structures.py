"""動いているカーネルの型情報（BTF）から、名前空間に関わる構造体のメンバーの型を読む。

実行: python3 structures.py
"""

import struct
from pathlib import Path

BTF = Path("/sys/kernel/btf/vmlinux").read_bytes()
POINTER, STRUCT, UNION = 2, 4, 5
# 型の種類ごとに、後ろに続く大きさ（決まった分と、要素1つあたり）。書式は Documentation/bpf/btf.rst
AFTER = {1: (4, 0), 3: (12, 0), STRUCT: (0, 12), UNION: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0)}
AFTER |= {15: (0, 12), 17: (4, 0), 19: (0, 12)}
WANTED = {
    "task_struct": ("nsproxy", "cred", "thread_pid"),
    "nsproxy": ("count", "uts_ns", "pid_ns_for_children"),
    "ns_common": ("count", "__ns_ref", "__ns_ref_active", "ns_type", "ns_id", "inum", "stashed"),
    "pid_namespace": ("parent", "pid_max"),
    "user_namespace": ("parent", "level"),
    "mnt_namespace": ("mounts", "nr_mounts", "seq"),
}


# --8<-- [start:main]
def name_at(offset: int) -> str:
    start = NAMES + offset
    return BTF[start : BTF.index(0, start)].decode()


def read_types(at: int, end: int) -> list[tuple[int, str, int, int, int]]:
    """型の番号の順に、種類、名前、大きさか型の番号、メンバーの位置と数。0番はvoid。"""
    found = [(0, "void", 0, 0, 0)]
    while at < end:
        name, info, other = struct.unpack_from("=III", BTF, at)
        kind, count = info >> 24 & 31, info & 0xFFFF
        found.append((kind, name_at(name), other, at + 12, count))
        fixed, each = AFTER.get(kind, (0, 0))
        at += 12 + fixed + each * count
    return found


def members(number: int) -> dict[str, int]:
    """メンバーの名前と型の番号。名前のない構造体と共用体は、中まで見る。"""
    _, _, _, at, count = TYPES[number]
    found = {}
    for name, other, _ in struct.iter_unpack("=III", BTF[at : at + 12 * count]):
        if name_at(name):
            found[name_at(name)] = other
        elif TYPES[other][0] in (STRUCT, UNION):
            found |= members(other)
    return found


def spelled(number: int) -> str:
    kind, name, other, _, _ = TYPES[number]
    if kind == POINTER:
        return f"{spelled(other)} *"
    return name or spelled(other)  # 名前のないものは、constやvolatile


header, types, length, names = struct.unpack_from("=4xIIII", BTF)
NAMES = header + names
TYPES = read_types(header + types, header + types + length)
NUMBER = {name: i for i, (kind, name, *_) in enumerate(TYPES) if kind == STRUCT}
for name, wanted in WANTED.items():
    has = members(NUMBER[name])
    for member in wanted:
        print(f"{name}.{member:<{34 - len(name)}} {spelled(has[member]) if member in has else '-'}")
# --8<-- [end:main]
