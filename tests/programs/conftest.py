"""A machine of the book's own image, with programs in it as a reader copies them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest

from zenn.book import read_book
from zenn.parser import parse

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[list[str], int]]

PROGRAMS = """
14-kernel/alive.py 14-kernel/matrix.py 14-kernel/threads.py 14-kernel/setns_pidfd.c
14-kernel/unshare_each.c
02-uts/clone3.py 02-uts/clone_uts.py 03-ipc/sysvsem.c
04-pid/inside_outside.py 04-pid/minit.c 04-pid/minit.py 04-pid/orphans.py 04-pid/translate.c
05-mount/idmap.py 06-user/clone_user.c 06-user/ns_owner.c 06-user/ns_owner.py
06-user/map_rules.py
07-network/inside_outside.py 07-network/publish.py 07-network/sysctls.py
06-user/unshare_user.c 10-inspect/ns_tree.py 10-inspect/pidfd_ns.c 11-enter/enter.c
10-inspect/peers.py 10-inspect/sockns.py 11-enter/fetch.c 11-enter/keeper.py 11-enter/pin.c
15-troubleshooting/net_holders.py
12-container/mybox.c 12-container/mybox.py
"""
NAMESAKES = {"07-network/inside_outside.py"}  # of another's: these keep their folders

BROKEN = """
import errno, os, signal, socket, subprocess
def fail(*_, **__):
    raise PermissionError(errno.EPERM, "broken")
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""A sitecustomize.py begins so; then it replaces the function that is to break."""


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """`run(script, broken)` is what a script prints, in lines, and its status.

    It runs as root where the programs are; `broken` is a line for sitecustomize.py.
    """
    with closing(guests.namespaces()) as backend, closing(backend.start()) as machine:
        channel = machine.channel

        def put(path: str, text: str) -> None:
            channel.request("put", path=path, text=text, mode=0o755, owner="root", given=False)

        for program in PROGRAMS.split():
            name = program if program in NAMESAKES else Path(program).name
            put(f"/p/{name}", (ROOT / "snippets" / program).read_text("utf-8"))
        for name, text in files_of("05-mount"):
            put(f"/p/{name}", text)
        channel.request("open", within=30, terminal="t", user="root", seconds=30)

        def run(script: str, broken: str = "") -> tuple[list[str], int]:
            put("/p/broken/sitecustomize.py", BROKEN + broken)
            head = "cd /p\nexport PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/p/broken\n"
            put("/p/case.sh", head + script)
            line = "timeout --kill-after=1 20 bash /p/case.sh < /dev/null 2>&1"
            reply = channel.request(
                "type", within=30, terminal="t", text=line, seconds=30, until="end"
            )
            return reply["output"].replace("\r", "").splitlines(), reply["status"]

        yield run


def files_of(*chapters: str) -> Iterator[tuple[str, str]]:
    """The files in the text of chapters: their names without folders, and what they say."""
    book = read_book(ROOT)
    for chapter in chapters:
        path = Path(f"docs/{chapter}.md")
        for fence in parse((ROOT / path).read_text("utf-8"), path, book).fences:
            if "file" in fence.words:
                yield Path(fence.title).name, fence.whole
