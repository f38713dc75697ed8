"""What a fresh virtual machine costs: until its agent answers, and beside booting one.

- restore: `Qemu.start()`: a clone of the template, its agent awake, clock set, seed given;
- and its end: the same, until nothing is left of it;
- first command: the same, and a terminal opened in which `true` has run;
- boot: what each would cost otherwise: the template made once more.

Exit status 1 if the median restore takes 0.3 s or more.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from harness.image import image
from harness.machine import qemu
from harness.machine.qemu import Qemu, template
from harness.machine.qemu.process import Launcher
from harness.machine.qemu.template import Template
from zenn.book import read_book

ROUNDS = 30
LIMIT = 0.3  # seconds
GUEST = read_book(Path(__file__).parent).guest


def restored(backend: Qemu) -> tuple[float, float, float]:
    """Seconds to the agent's first answer, to the end of a first command, to the machine's end."""
    begin = time.perf_counter()
    with closing(backend.start()) as machine:
        answered = time.perf_counter() - begin
        channel = machine.channel
        channel.request("open", within=30, terminal="t", user=GUEST.user, seconds=30)
        channel.request("type", within=30, terminal="t", text="true", seconds=30, until="end")
        commanded = time.perf_counter() - begin
        begin_end = time.perf_counter()
    return answered, commanded, answered + time.perf_counter() - begin_end


def booted(whole: Template) -> float:
    """Seconds to boot, warm and save a machine like the template's."""
    with tempfile.TemporaryDirectory(dir=whole.directory.parent) as directory:
        begin = time.perf_counter()
        with closing(Launcher()) as launcher:
            template.boot(launcher, Template(Path(directory), whole.hardware))
        return time.perf_counter() - begin


def main() -> int:
    if lacking := qemu.lack():
        print(f"bench_qemu: {lacking}.", file=sys.stderr)
        return 2
    with closing(Qemu(image.ensure(GUEST, print), print, GUEST.kernel)) as backend:
        whole = backend.template()
        rounds = [restored(backend) for _ in range(ROUNDS)]
        boot = booted(whole)
    answered, commanded, ended = (median(times) for times in zip(*rounds, strict=True))
    print(f"{'restore':22} {answered * 1000:7.0f} ms  (under {LIMIT * 1000:.0f})")
    print(f"{'restore, and its end':22} {ended * 1000:7.0f} ms")
    print(f"{'first command':22} {commanded * 1000:7.0f} ms")
    print(f"{'boot, warm and save':22} {boot * 1000:7.0f} ms")
    print(f"boot / restore         {boot / answered:7.1f}")
    return int(answered >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
