"""The virtual machine: a whole Linux with its own kernel, born in a tenth of a second.

One machine is booted and warmed (`template`), and every other is its clone: memory mapped
copy-on-write, processor and devices restored. Nothing of the host can be reached from it: no
network card, no shared directory, read-only disks, what it writes lies in its own memory. Takes
no root.
"""

import contextlib
import platform
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock

from harness.image import kernels
from harness.image.debian import how_to_install
from harness.image.image import Image
from harness.image.kernels import Kernel
from harness.machine import MachineError, StillbornError, inside
from harness.machine.channel import AgentGoneError, AgentRefusedError
from harness.machine.qemu import acceleration, template
from harness.machine.qemu.command import PROGRAM, STATE
from harness.machine.qemu.process import Launcher, Process
from harness.machine.qemu.qmp import Qmp, QmpError
from harness.machine.qemu.template import Template

KIND = "qemu"
RESTORE_SECONDS = 30.0  # it takes a tenth of one
SEED_BYTES = 32  # what a ChaCha20 key takes, drivers/char/random.c
PACKAGES = ("qemu-system-x86", "squashfs-tools-ng", "kmod")


def lack() -> str | None:
    """What keeps this host from making virtual machines: a sentence with what to do, or None."""
    if platform.machine() != "x86_64":
        return "the virtual machines are x86-64's, and take such a host"
    if shutil.which(PROGRAM) is None:
        return f"virtual machines take QEMU: {how_to_install(*PACKAGES)}"
    return None


class QemuMachine:
    """A clone, awake: its clock is right and its random numbers are its own."""

    kind = KIND
    changed: tuple[str, ...] = ()

    def __init__(self, process: Process) -> None:
        self.channel = process.channel
        self.pid = process.pid
        self.born = time.monotonic()
        self._process = process
        self._closed = False
        try:
            Qmp(process.monitor, RESTORE_SECONDS).restore(STATE)
            self.kernel: str = self.channel.request("hello")["kernel"]
            seed = secrets.token_hex(SEED_BYTES)
            self.channel.request("wake", clock=time.time(), seed=seed)
        except (AgentGoneError, AgentRefusedError, QmpError) as error:
            why = process.epitaph()
            self.close()
            raise StillbornError(f"No virtual machine could be started: {error}: {why}") from None

    def close(self) -> None:
        """See `Machine.close`."""
        if not self._closed:
            self._closed = True
            self._process.close()

    def epitaph(self) -> str:
        """See `Machine.epitaph`."""
        return self._process.epitaph()


class Qemu:
    """Makes virtual machines with the kernel `kernel` of the table, from any thread.

    The template is made, or found, when the first machine is asked for. `note` is told what a
    user should know: what is being made, and how machines run here.

    :raises MachineError: there is no QEMU, or this is no x86-64.
    """

    own_kernel = True
    second = None

    def __init__(self, image: Image, note: Callable[[str], None], kernel: str) -> None:
        if lacking := lack():
            raise MachineError(f"None can be made here: {lacking}.")
        self._image = image
        self._note = note
        self._kernel = kernel
        self._launcher = Launcher()
        self._lock = Lock()
        self._template: Template | None = None
        self._failure: MachineError | None = None  # the same for all who wait for the template

    def identity(self) -> str:
        """See `Backend.identity`; whether the processor is emulated decides nothing but time."""
        parts = (template.version(), self.release(), self._image.key, inside.digest())
        return " ".join((KIND, *parts))

    def release(self) -> str:
        """See `Backend.release`."""
        return kernels.ensure(self._kernel, self._note).release

    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""
        return self._image.software()

    def start(self) -> QemuMachine:
        """A fresh machine whose agent listens.

        :raises MachineError: with the end of its console, and what QEMU says.
        """
        return self._clone(self.template())

    def template(self) -> Template:
        """The template of the machines, from which one has been made at least once."""
        with self._lock:
            if self._failure:
                raise self._failure
            if self._template is None:
                try:
                    # What is missing of these is no fault of an acceleration.
                    kernel = kernels.ensure(self._kernel, self._note)
                    self._image.squashfs(self._note)
                    attempt = partial(self._tried, kernel)
                    self._template = acceleration.first_that_works(attempt, self._note)
                except MachineError as error:
                    self._failure = error
                    raise
            return self._template

    def _tried(self, kernel: Kernel, name: str) -> Template:
        """A template from which a machine can be cloned: made anew if the cache's is broken."""
        found = template.ensure(self._launcher, self._image, kernel, name, self._note)
        try:
            self._clone(found).close()
        except MachineError:
            self._note("the saved machine doesn't start: making it anew")
            found.discard()
            found = template.ensure(self._launcher, self._image, kernel, name, self._note)
            self._clone(found).close()
        return found

    def _clone(self, found: Template) -> QemuMachine:
        try:
            with open(found.state, "rb") as state:
                return QemuMachine(self._launcher.launch(found.clone, state.fileno()))
        except OSError as error:
            raise MachineError(f"The saved machine can't be read: {error.strerror}.") from error

    def close(self) -> None:
        """Destroy what is left of its machines."""
        with contextlib.suppress(OSError):
            self._launcher.close()
