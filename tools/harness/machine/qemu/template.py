"""A template: a machine that has been booted and warmed once, from which clones are made.

    ~/.cache/run-snippets/templates-6.12/
        <key>/initramfs     what it booted from
        <key>/memory        its memory; a clone maps it copy-on-write
        <key>/state         the rest of it: processor, devices

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
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.image.image import Image
from harness.image.kernels import Kernel
from harness.image.store import cache_directory, derive
from harness.machine import MachineError, inside
from harness.machine.channel import AgentGoneError, AgentRefusedError
from harness.machine.qemu.command import MEMORY, PROGRAM, Hardware
from harness.machine.qemu.process import Launcher
from harness.machine.qemu.qmp import Qmp, QmpError

BOOT_SECONDS = {"tcg": 120.0, "kvm": 20.0}  # and warming; it takes a tenth
SAVE_SECONDS = 60.0
KEPT = 3  # templates of one kernel: other checkouts of the project may use theirs


@dataclass(frozen=True)
class Template:
    """A whole template in the cache."""

    directory: Path
    hardware: Hardware

    @property
    def memory(self) -> Path:
        return self.directory / "memory"

    @property
    def state(self) -> Path:
        return self.directory / "state"

    @property
    def clone(self) -> list[str]:
        """The command line of a clone."""
        return self.hardware.command(self.memory, clone=True)

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


def ensure(
    launcher: Launcher,
    image: Image,
    kernel: Kernel,
    acceleration: str,
    progress: Callable[[str], None],
) -> Template:
    """The template of this kernel and image, made now if the cache doesn't have a whole one.

    :raises MachineError: it doesn't boot; with the end of its console.
    """
    archive = inside.initramfs(kernel, image.busybox())
    squashfs = image.squashfs(progress)
    directory = cache_directory() / f"templates-{kernel.name}"

    def build(target: Path) -> None:
        progress(f"booting kernel {kernel.release} once, for all machines to be cloned from")
        target.mkdir()
        (target / "initramfs").write_bytes(archive)
        boot(launcher, template_at(target))

    def template_at(path: Path) -> Template:
        return Template(path, Hardware(kernel, squashfs, path / "initramfs", acceleration))

    key = key_of(template_at(Path()).hardware, image, archive)
    found = template_at(directory / key)
    if found.directory.exists() and not found.whole:
        found.discard()
    derive(directory, key, build)
    with contextlib.suppress(OSError):
        os.utime(found.directory)
    prune(directory)
    return found


@cache
def version() -> str:
    """What QEMU says of itself."""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True, text=True)
    return done.stdout.splitlines()[0]


def key_of(hardware: Hardware, image: Image, archive: bytes) -> str:
    """Sixteen hexadecimal digits: the same for what makes the same template."""
    digest = hashlib.sha256(version().encode())
    parts = (image.key, hardware.kernel.release, hardware.command(Path("memory"), clone=False))
    digest.update(json.dumps(parts).encode())
    digest.update(archive)
    return digest.hexdigest()[:16]


def boot(launcher: Launcher, template: Template) -> None:
    """Boot a machine whose memory is the template's, wait until its agent answers, save it."""
    acceleration = template.hardware.acceleration
    with open(template.memory, "wb") as memory:
        memory.truncate(MEMORY << 20)
    process = launcher.launch(template.hardware.command(template.memory, clone=False))
    try:
        process.channel.request("hello", within=BOOT_SECONDS[acceleration])
        with open(template.state, "wb") as state:
            Qmp(process.monitor, SAVE_SECONDS).save(state.fileno(), SAVE_SECONDS)
    except (AgentGoneError, AgentRefusedError, QmpError, OSError) as error:
        raise MachineError(f"No virtual machine boots here: {error}: {process.epitaph()}") from None
    finally:
        process.close()
    sizes = {path.name: path.stat().st_size for path in template.directory.iterdir()}
    (template.directory / "sizes").write_text(json.dumps(sizes))


def prune(directory: Path) -> None:
    """Remove all but the templates that were used last, and never one used within the hour."""
    used = {path: path.stat().st_mtime for path in directory.iterdir() if path.is_dir()}
    for path in sorted(used, key=lambda path: -used[path])[KEPT:]:
        if used[path] < time.time() - 3600:
            shutil.rmtree(path, ignore_errors=True)
