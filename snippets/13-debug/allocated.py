"""/etc/subuidを使わず、systemd-nsresourcedから続いたIDの範囲をもらい、その中のrootになる。

実行: python3 allocated.py NAME SIZE DIRECTORY...
"""

import array
import errno
import json
import os
import socket
import sys

SERVICE = "io.systemd.NamespaceResource"


def allocate(name: str, size: int, userns: int) -> dict[str, object]:
    """AllocateUserRangeを呼び、答えを返す。要求も答えも、0で終わるJSON（Varlink）。"""
    parameters = {"name": name, "size": size, "userNamespaceFileDescriptor": 0}
    call = {"method": f"{SERVICE}.AllocateUserRange", "parameters": parameters}
    with socket.socket(socket.AF_UNIX) as service:
        service.connect(f"/run/systemd/{SERVICE}")
        # 名前空間は、番号でなくファイルディスクリプタで渡す。0は、その1つ目という意味
        fds = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [userns]))]
        service.sendmsg([json.dumps(call).encode() + b"\0"], fds)
        answer = b""
        while not answer.endswith(b"\0"):
            if not (more := service.recv(4096)):
                sys.exit("allocated: no answer")
            answer += more
    return json.loads(answer[:-1])


def touch(directory: str) -> str:
    """ディレクトリにファイルを1つ作って消す。結果を、okかエラーの名前で返す。"""
    path = os.path.join(directory, f"allocated-{os.getpid()}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as e:
        return errno.errorcode[e.errno]
    os.unlink(path)
    return "ok"


# --8<-- [start:main]
def child(ready: int, mapped: int, directories: list[str]) -> None:
    os.unshare(os.CLONE_NEWUSER)
    os.write(ready, b"x")
    if not os.read(mapped, 1):
        return  # 親は、範囲をもらえなかった
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    before = [touch(one) for one in directories]
    os.unshare(os.CLONE_NEWNS)
    for directory, first in zip(directories, before, strict=True):
        print(f"{directory:<10}{first:<7}{touch(directory)}")
    sys.stdout.flush()


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} NAME SIZE [DIRECTORY]...")
    name, size, *directories = sys.argv[1:]
    (reader, ready), (mapped, writer) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(writer)
            child(ready, mapped, directories)
        finally:
            os._exit(0)
    os.close(ready)  # 閉じないと、子が何も書かずに死んだとき、次のreadが終わらない
    if not os.read(reader, 1):
        sys.exit("allocated: no user namespace")
    userns = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
    if error := allocate(name, int(size), userns).get("error"):
        print(error)
    else:
        with open(f"/proc/{pid}/uid_map") as table:
            print("uid_map", *table.read().split(), flush=True)
        os.write(writer, b"x")
    os.close(writer)
    os.waitpid(pid, 0)
    # --8<-- [end:main]


try:
    main()
except OSError as e:
    sys.exit(f"allocated: {e.strerror}")
