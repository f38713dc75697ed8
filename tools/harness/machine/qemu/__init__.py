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
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from threading import Lock

from harness.image import kernels
from harness.image.debian import how_to_install
from harness.image.image import Image
from harness.machine import MachineError, StillbornError, inside
from harness.machine.channel import AgentGoneError, AgentRefusedError
from harness.machine.qemu import acceleration, template
from harness.machine.qemu.command import PARAMETERS, PROGRAM, STATE, Hardware
from harness.machine.qemu.process import Launcher, Process
from harness.machine.qemu.qmp import Qmp, QmpError
from harness.machine.qemu.template import Design, Template

KIND = "qemu"
MEMORY = 512  # MiB
BOOT_SECONDS = {"tcg": 120.0, "kvm": 20.0}  # and warming; it takes a tenth
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

    changed: tuple[str, ...] = ()

    def __init__(self, process: Process, kind: str = KIND) -> None:
        self.kind = kind
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


class Clones(ABC):
    """Makes machines that are clones of one, from any thread; each kind says what that is made of.

    The template is made, or found, when the first machine is asked for. `note` is told what a
    user should know: what is being made, and how machines run here.

    :raises MachineError: there is no QEMU, or this is no x86-64.
    """

    kind: str
    own_kernel = True
    second = None

    def __init__(self, note: Callable[[str], None]) -> None:
        if lacking := lack():
            raise MachineError(f"None can be made here: {lacking}.")
        self._note = note
        self._launcher = Launcher()
        self._lock = Lock()
        self._template: Template | None = None
        self._failure: MachineError | None = None  # the same for all who wait for the template

    @abstractmethod
    def design(self, acceleration: str) -> Design:
        """What the template is to be made of.

        :raises MachineError: a part of it can't be had here.
        """

    @abstractmethod
    def identity(self) -> str:
        """See `Backend.identity`; whether the processor is emulated decides nothing but time."""

    @abstractmethod
    def release(self) -> str:
        """See `Backend.release`."""

    @abstractmethod
    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""

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
                    self.design("tcg")  # what is missing of it is no fault of an acceleration
                    self._template = acceleration.first_that_works(self._tried, self._note)
                except MachineError as error:
                    self._failure = error
                    raise
            return self._template

    def _tried(self, name: str) -> Template:
        """A template from which a machine can be cloned: made anew if the cache's is broken."""
        design = self.design(name)
        found = template.ensure(self._launcher, design, self._note)
        try:
            self._clone(found).close()
        except MachineError:
            self._note("the saved machine doesn't start: making it anew")
            found.discard()
            found = template.ensure(self._launcher, design, self._note)
            self._clone(found).close()
        return found

    def _clone(self, found: Template) -> QemuMachine:
        try:
            with open(found.state, "rb") as state:
                process = self._launcher.launch(found.clone, state.fileno())
                return QemuMachine(process, self.kind)
        except OSError as error:
            raise MachineError(f"The saved machine can't be read: {error.strerror}.") from error

    def close(self) -> None:
        """Destroy what is left of its machines."""
        with contextlib.suppress(OSError):
            self._launcher.close()


class Qemu(Clones):
    """Virtual machines over the guest image, with the kernel `kernel` of the table."""

    kind = KIND

    def __init__(self, image: Image, note: Callable[[str], None], kernel: str) -> None:
        super().__init__(note)
        self._image = image
        self._kernel = kernel

    def identity(self) -> str:
        """See `Clones.identity`."""
        parts = (template.version(), self.release(), self._image.key, inside.digest())
        return " ".join((KIND, *parts))

    def release(self) -> str:
        """See `Backend.release`."""
        return kernels.ensure(self._kernel, self._note).release

    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""
        return self._image.software()

    def design(self, acceleration: str) -> Design:
        """See `Clones.design`."""
        kernel = kernels.ensure(self._kernel, self._note)
        disks = (self._image.squashfs(self._note), kernel.modules)
        # The small guest's init has no use for what its kernel doesn't understand: nokaslr.
        hardware = Hardware(acceleration, kernel.vmlinuz, f"{PARAMETERS} nokaslr", disks, MEMORY)
        return Design(
            kernel.name,
            (self._image.key, kernel.release),
            inside.initramfs(kernel, self._image.busybox()),
            hardware,
            BOOT_SECONDS[acceleration],
        )
