"""What a machine of namespaces costs, beside the least that it could and beside bwrap(1).

Three ways over the same image, in turn and in one run, so that they share the machine's moods:

- bare: clone3 into the same namespaces, overlay, pivot_root and nothing more, until the child
  says that it is there;
- machine: `Namespaces.start()` until the agent answers `hello`;
- bwrap: bubblewrap starting `python3 -c pass` (a read-only image, no overlay, no time namespace).

Exit status 1 if the machine costs more than bwrap (medians). Takes root, in a virtual machine.
"""

import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from meter import in_turn, seconds

from harness.guest import syscalls, world
from harness.image import image
from harness.image.debian import how_to_install
from harness.machine.namespaces import Namespaces
from zenn.book import read_book

ROUNDS = 100
BWRAP = ("bwrap", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-ipc",
         "--unshare-cgroup", "--dev", "/dev", "--proc", "/proc")  # fmt: skip


def bare(rootfs: Path) -> float:
    """Seconds until a cloned child stands in an overlay over `rootfs`."""
    readable, writable = os.pipe()
    begin = time.perf_counter()
    pid, pidfd = syscalls.clone3(world.NAMESPACES | syscalls.CLONE_NEWCGROUP)
    if pid == 0:
        try:
            syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
            world.make_root(str(rootfs))
            syscalls.pivot_root(".", ".")
            syscalls.umount(".", syscalls.MNT_DETACH)
            os.write(writable, b"!")
        finally:
            os._exit(0)
    os.close(writable)
    assert os.read(readable, 1) == b"!"
    taken = time.perf_counter() - begin
    os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
    os.close(readable)
    os.close(pidfd)
    return taken


def machine(backend: Namespaces) -> float:
    """Seconds until a fresh machine's agent has answered."""
    begin = time.perf_counter()
    with closing(backend.start()) as one:
        one.channel.request("hello")
        return time.perf_counter() - begin


def bwrap(rootfs: Path) -> None:
    """Run `python3 -c pass` by bwrap."""
    command = [*BWRAP[:1], "--ro-bind", str(rootfs), "/", *BWRAP[1:], "python3", "-c", "pass"]
    subprocess.run(command, check=True)


def main() -> int:
    if not shutil.which("bwrap"):
        print(f"bench_machine: this takes bwrap: {how_to_install('bubblewrap')}.", file=sys.stderr)
        return 2
    built = image.ensure(read_book(Path(__file__).parent).guest, print)
    rootfs = built.rootfs(print)
    gc.freeze()
    with closing(Namespaces(built, print)) as backend:
        backend.start().close()  # the zygote has started
        ways: dict[str, Callable[[], float]] = {
            "bare": lambda: bare(rootfs),
            "machine": lambda: machine(backend),
            "machine, and its end": lambda: seconds(lambda: machine(backend)),
            "bwrap": lambda: seconds(lambda: bwrap(rootfs)),
        }
        # A network namespace is taken down after its last process (cleanup_net() in
        # net/core/net_namespace.c), at the cost of who comes next.
        taken = in_turn(ways, ROUNDS)
    medians = {name: median(all_of) for name, all_of in taken.items()}
    for name, least in medians.items():
        print(f"{name:22} {least * 1000:6.1f} ms")
    print(f"machine / bare         {medians['machine'] / medians['bare']:6.2f}")
    print(f"machine / bwrap        {medians['machine'] / medians['bwrap']:6.2f}  (at most 1)")
    return medians["machine"] > medians["bwrap"]


if __name__ == "__main__":
    sys.exit(main())
