"""What a fresh virtual machine costs: until its agent answers, and beside booting one.

- restore: `Qemu.start()`: a clone of the template, its agent awake, clock set, seed given;
- first command: a terminal opened in it in which `true` has run;
- second command: `true` once more, where all that it takes has been translated;
- end: until nothing is left of it;
- boot: what each would cost otherwise: the template made once more.

Then the same of a world in one that lives on, whose first round, and last end, are a machine's.

By the clock, and in CPU-seconds of the machine and the harness. Exit status 1 if by the clock the
median restore takes 0.3 s or more, or the first command 0.5 s. Takes root.
"""

import sys
import tempfile
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import median

from meter import Cost, Meter, difference

from harness.image import image
from harness.machine import qemu
from harness.machine.qemu import Qemu, template
from harness.machine.qemu.process import Launcher
from harness.machine.qemu.template import Template
from harness.machine.qemu.worlds import Worlds
from zenn.book import read_book

ROUNDS = 30
LIMITS = {"restore": 0.3, "first command": 0.5}  # seconds by the clock
GUEST = read_book(Path(__file__).parent).guest


def lives(backend: Qemu | Worlds, meter: Meter) -> dict[str, Cost]:
    """What the parts of a machine's life cost."""
    stages = [meter.now()]
    with closing(backend.start()) as machine:
        stages.append(meter.now())
        channel = machine.channel
        channel.request("open", within=30, terminal="t", user=GUEST.user, seconds=30)
        for _ in range(2):
            channel.request("type", within=30, terminal="t", text="true", seconds=30, until="end")
            stages.append(meter.now())
    stages.append(meter.now())
    parts = [difference(after, before) for before, after in pairwise(stages)]
    return dict(zip(("restore", "first command", "second command", "end"), parts, strict=True))


def medians(rounds: list[dict[str, Cost]]) -> dict[str, Cost]:
    return {
        name: (median(one[name][0] for one in rounds), median(one[name][1] for one in rounds))
        for name in rounds[0]
    }


def boot(backend: Qemu) -> None:
    """Boot, warm and save a machine like the template's."""
    whole = backend.template()
    with (
        tempfile.TemporaryDirectory(dir=whole.directory.parent) as directory,
        closing(Launcher()) as launcher,
    ):
        design = backend.design(whole.hardware.acceleration)
        template.boot(launcher, Template(Path(directory), whole.hardware), design)


def main() -> int:
    if lacking := qemu.lack():
        print(f"bench_qemu: {lacking}.", file=sys.stderr)
        return 2
    meter = Meter()
    with closing(Qemu(image.ensure(GUEST, print), print, GUEST.kernel)) as backend:
        backend.template()
        found = medians([lives(backend, meter) for _ in range(ROUNDS)])
        worlds = Worlds(backend)
        of_worlds = medians([lives(worlds, meter) for _ in range(ROUNDS)])
        found |= {f"world, {name}": one for name, one in of_worlds.items()}
        found["boot, warm and save"] = booted = meter.spent(lambda: boot(backend))
    for name, (cpu, clock) in found.items():
        limit = f"  (under {LIMITS[name] * 1000:.0f})" if name in LIMITS else ""
        print(f"{name:22} {clock * 1000:7.0f} ms, CPU {cpu * 1000:7.0f} ms{limit}")
    print(f"boot / restore       {booted[0] / found['restore'][0]:7.1f}  (CPU)")
    return int(any(found[name][1] >= limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
