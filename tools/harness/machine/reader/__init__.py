"""The reader's machine: a Debian as readers have it, with systemd and a disk of its own.

It is a virtual machine as those of `qemu`, cloned from one that was booted once, from another image
(`harness.image.reader`). All that makes it the harness's comes into /run while it boots: the agent
as a service, and what a Debian under emulation, offline, had better not wait for (`run/`).
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from harness.image import reader
from harness.image.reader import System
from harness.machine import inside
from harness.machine.qemu import Clones, template
from harness.machine.qemu.command import PARAMETERS, Hardware
from harness.machine.qemu.template import Design
from zenn.book import Guest

KIND = "reader"
MEMORY = 1024  # MiB
BOOT_SECONDS = {"tcg": 1800.0, "kvm": 200.0}  # and warming; it takes a tenth
RUN = Path(__file__).parent / "run"
# Of the initramfs of initramfs-tools(7): what it does once the root directory is mounted.
STAGE = "scripts/local-bottom"
FILL_RUN = b"#!/bin/sh\ncp -r /fill/. /run/\n"


class Reader(Clones):
    """Makes reader's machines of a book's, from any thread; see `Clones`."""

    kind = KIND

    def __init__(self, guest: Guest, note: Callable[[str], None]) -> None:
        super().__init__(note)
        self._guest = guest

    @cached_property
    def _system(self) -> System:
        return reader.ensure(self._guest, self._note)

    def identity(self) -> str:
        """See `Backend.identity`."""
        return " ".join((KIND, template.version(), self._system.key, inside.digest()))

    def release(self) -> str:
        """See `Backend.release`."""
        return self._system.release

    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""
        return self._system.software()

    def design(self, acceleration: str) -> Design:
        """See `Clones.design`."""
        system = self._system
        parameters = f"root=/dev/vda rw fsck.mode=skip {PARAMETERS}"
        hardware = Hardware(
            acceleration, system.vmlinuz, parameters, (system.disk,), MEMORY, own=True
        )
        initramfs = inside.padded(system.initrd.read_bytes()) + additions()
        return Design(KIND, (system.key,), initramfs, hardware, BOOT_SECONDS[acceleration])


def additions() -> bytes:
    """What the image's own initramfs is to find beside it: what goes to /run, and how."""
    paths = [path for path in sorted(RUN.rglob("*")) if path.is_file()]
    found = {f"fill/{path.relative_to(RUN)}": (0o644, path.read_bytes()) for path in paths}
    found["fill/agent.zip"] = (0o600, inside.archive(b"reader.agent"))
    found[f"{STAGE}/fill"] = (0o755, FILL_RUN)
    found[f"{STAGE}/ORDER"] = (0o644, f'/{STAGE}/fill "$@"\n'.encode())
    folders = {str(parent) for name in found for parent in Path(name).parents} - {"."}
    return inside.cpio(sorted(folders), [(name, *rest) for name, rest in found.items()])
