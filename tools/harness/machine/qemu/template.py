"""A template: a machine that has been booted and warmed once, from which clones are made.

    ~/.cache/run-snippets/templates-6.12/
        <key>/initramfs     what it booted from
        <key>/memory        its memory; a clone maps it copy-on-write
        <key>/state         the rest of it: processor, devices
        <key>/disk          its disk, of a machine that has one of its own

QEMU's memory lies in a file of its own (memory-backend-file) and is left out of the saved state by
the migration capability x-ignore-shared (docs/devel/migration in QEMU), so that a clone has
nothing to copy.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.image.debian import run
from harness.image.store import cache_directory, derive, prune
from harness.machine import MachineError
from harness.machine.channel import AgentGoneError, AgentRefusedError
from harness.machine.qemu.command import PROGRAM, Hardware
from harness.machine.qemu.process import Launcher
from harness.machine.qemu.qmp import Qmp, QmpError

SAVE_SECONDS = 60.0
KEPT_SECONDS = 3600  # a template of a name of which there are many; see `prune` of the cache


@dataclass(frozen=True)
class Design:
    """What a template is to be made of. `seconds` is how long booting and warming may take.

    Equal `parts` (and hardware, and initramfs) make the same; `name` is that of the folder in
    which few are kept.
    """

    name: str
    parts: tuple[str, ...]
    initramfs: bytes
    hardware: Hardware
    seconds: float


@dataclass(frozen=True)
class Template:
    """A whole template in the cache."""

    directory: Path
    hardware: Hardware

    @property
    def state(self) -> Path:
        return self.directory / "state"

    @property
    def clone(self) -> list[str]:
        """The command line of a clone."""
        return self.hardware.command(self.directory, clone=True)

    @property
    def whole(self) -> bool:
        """Whether its files have the sizes that they were given; not what is in them."""
        try:
            sizes = json.loads((self.directory / "sizes").read_text())
            return all((self.directory / name).stat().st_size == n for name, n in sizes.items())
        except (OSError, ValueError):
            return False

    def discard(self) -> None:
        """Remove it, so that it is made anew; machines that run keep what they have open."""
        shutil.rmtree(self.directory, ignore_errors=True)


def ensure(launcher: Launcher, design: Design, progress: Callable[[str], None]) -> Template:
    """The template of this design, made now if the cache doesn't have a whole one.

    :raises MachineError: it doesn't boot; with the end of its console.
    """
    directory = cache_directory() / f"templates-{design.name}"

    def build(target: Path) -> None:
        seconds = design.seconds / 10  # where nothing else is done
        progress(
            f"booting {design.name} once, for all machines to be cloned from: "
            f"about {seconds:.0f} s, several times that on a busy host"
        )
        target.mkdir()
        boot(launcher, Template(target, design.hardware), design)

    key = key_of(design)
    found = Template(directory / key, design.hardware)
    if found.directory.exists() and not found.whole:
        found.discard()
    derive(directory, key, build)
    with contextlib.suppress(OSError):
        os.utime(found.directory)
    prune(directory.iterdir(), KEPT_SECONDS)
    return found


@cache
def version() -> str:
    """What QEMU says of itself."""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True, text=True)
    return done.stdout.splitlines()[0]


def key_of(design: Design) -> str:
    """Sixteen hexadecimal digits: the same for what makes the same template."""
    digest = hashlib.sha256(version().encode())
    command = design.hardware.command(Path(), clone=False)
    digest.update(json.dumps((*design.parts, command)).encode())
    digest.update(design.initramfs)
    return digest.hexdigest()[:16]


def boot(launcher: Launcher, template: Template, design: Design) -> None:
    """Boot a machine whose files are the template's, wait until its agent answers, save it."""
    hardware, directory = template.hardware, template.directory
    (directory / "initramfs").write_bytes(design.initramfs)
    with open(directory / "memory", "wb") as memory:
        memory.truncate(hardware.memory << 20)
    if hardware.own:
        run("cp", "--sparse=always", "--reflink=auto", hardware.disks[0], directory / "disk")
    process = launcher.launch(hardware.command(directory, clone=False))
    try:
        process.channel.request("hello", within=design.seconds)
        with open(template.state, "wb") as state:
            Qmp(process.monitor, SAVE_SECONDS).save(state.fileno(), SAVE_SECONDS)
    except (AgentGoneError, AgentRefusedError, QmpError, OSError) as error:
        raise MachineError(f"No virtual machine boots here: {error}: {process.epitaph()}") from None
    finally:
        process.close()
    sizes = {path.name: path.stat().st_size for path in template.directory.iterdir()}
    (template.directory / "sizes").write_text(json.dumps(sizes))
