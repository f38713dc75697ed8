"""Backends: the ways to make machines, and the choice between them."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from harness.image import NoPackageError, image, kernels
from harness.machine import Machine, MachineError, qemu
from harness.machine.namespaces import Namespaces
from harness.machine.namespaces.host import is_virtual_machine
from harness.machine.qemu import Qemu
from harness.machine.qemu.worlds import Randomized, Worlds
from harness.machine.reader import Reader
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from zenn.book import TABLE, Guest, ProjectError
from zenn.model import ChapterError

BACKENDS = ("qemu", "namespaces", "reader")
READERS = "reader"  # instead of a kernel: that of the reader's machine


class Backend(Protocol):
    """Makes machines, from any thread."""

    own_kernel: bool  # whether each machine has a kernel of its own (the word `vm` wants one)

    @property
    def second(self) -> "Backend | None":
        """Where machines share one: whose machines decide on what fails in these."""

    def identity(self) -> str:
        """All of its machines that can decide how a scenario goes: kind, image, kernel, emulator.

        Asked for often, and before any machine is made.
        """

    def release(self) -> str:
        """The kernel that its machines will have, as uname(2) gives it."""

    def software(self) -> Mapping[str, str]:
        """Versions by Debian package, of what its machines have; see `Image.software`."""

    def start(self) -> Machine:
        """A fresh machine whose agent listens; MachineError where none can be made."""

    def close(self) -> None:
        """Destroy what is left of its machines."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Backends over one kernel: for most scenarios, for those that say `vm`, and for those in which
    an address is random (see `Scenario.shows_addresses`). The same may serve for several."""

    usual: Backend
    own: Backend
    randomized: Backend

    def of(self, scenario: Scenario) -> Backend:
        if scenario.shows_addresses:
            return self.randomized
        return self.own if scenario.needs_vm else self.usual


class Backends:
    """The backends over the guests that chapters have and the kernels that some scenarios want,
    made by `make(guest, kernel)` when first asked for: with the kernel None those for most.

    The guest's kernel is taken where it will do. Unless there are `others`, a scenario that wants
    another is given what there is. With the kernel `READERS` they are the reader's machines, for
    chapters that are run on these alone.
    """

    def __init__(self, make: Callable[[Guest, str | None], Choice], others: bool) -> None:
        self._make, self._others = make, others
        self._made: dict[tuple[Guest, str | None], Choice] = {}
        self._lock = Lock()

    def single(self, scenarios: Sequence[Scenario]) -> Backend:
        """The backend of machines that share no kernel with each other, if there is one here, for
        scenarios of a chapter that share a machine. Raises as `of` does."""
        with _packages_of(scenarios[0]):
            choice = self._usual(scenarios[0])
        if any(scenario.shows_addresses for scenario in scenarios):
            return choice.randomized
        return choice.usual.own if isinstance(choice.usual, Worlds) else choice.usual

    def of(self, scenario: Scenario) -> Backend:
        """The backend whose machines fit a scenario, or the nearest to that.

        Raises MachineError where none can be made, and ChapterError where Debian doesn't have what
        the chapter wants in them.
        """
        guest = scenario.outfit.guest
        with _packages_of(scenario):
            backend = self._usual(scenario).of(scenario)
        if not scenario.kernel or version_of(backend.release()) in scenario.kernel:
            return backend
        others = self._others and not scenario.outfit.readers
        name = kernels.fitting(scenario.kernel, guest.kernel) if others else None
        return self.choice(guest, name).of(scenario) if name else backend

    def _usual(self, scenario: Scenario) -> Choice:
        """Those for a scenario that wants no kernel."""
        outfit = scenario.outfit
        return self.choice(outfit.guest, READERS if outfit.readers else None)

    def choice(self, guest: Guest, kernel: str | None = None) -> Choice:
        """Those over a guest and a kernel; nobody waits for others that are being made."""
        if found := self._made.get((guest, kernel)):
            return found
        with self._lock:
            if (guest, kernel) not in self._made:
                self._made[guest, kernel] = self._make(guest, kernel)
            return self._made[guest, kernel]

    def close(self) -> None:
        """Destroy what is left of their machines."""
        with self._lock:  # a scenario may be asking for another kernel's
            choices = tuple(self._made.values())
        for choice in choices:
            choice.usual.close()
            choice.own.close()


@contextmanager
def _packages_of(scenario: Scenario) -> Iterator[None]:
    """Within it the lack of a package is a mistake of the chapter that asks for some."""
    try:
        yield
    except NoPackageError as error:
        if not scenario.outfit.line:
            raise
        raise ChapterError(scenario.chapter, scenario.outfit.line, str(error)) from error


@contextmanager
def make_backends(
    name: str,
    kernel: str | None,
    allow_bare_metal: bool,
    note: Callable[[str], None],
    guest: Guest,
) -> Iterator[Backends]:
    """The backend `name`, or for ``auto`` the best that this host can run.

    Virtual machines run the kernel `kernel` of `harness.image.kernels`, each scenario in one of its
    own; if that is None, the guest's, or another for the scenarios that want another, and what says
    no `vm` shares machines (`harness.machine.qemu.worlds`). `note` is given what a user should
    know: the image being built, what is chosen and why. Raises MachineError where the host can't
    run it, with what to do, and ProjectError where there is no such kernel.
    """
    if guest.kernel not in kernels.KERNELS:
        known = ", ".join(kernels.KERNELS)
        why = f"`kernel` is {guest.kernel!r}, and there are {known}"
        raise ProjectError(f"pyproject.toml: [tool.{TABLE}.guest] {why}")
    if name == "auto":
        name = choose(note)
    elif name != "qemu" and kernel is not None:
        raise MachineError("A kernel of choice takes the machines of `--backend qemu`.")
    others = kernel is None and name != "reader" and not qemu.lack()

    def make(guest: Guest, wanted: str | None) -> Choice:
        if "reader" in (name, wanted):
            system = Reader(guest, note)
            return Choice(system, system, Randomized(system))
        built = image.ensure(guest, note)
        if kernel:
            each = Randomized(Qemu(built, note, kernel))
            return Choice(each, each, each)
        here = None
        if name == "namespaces" and not wanted:
            here = Namespaces(built, note, allow_bare_metal=allow_bare_metal)
            if not others:
                return Choice(here, here, here)
        # It makes nothing before its first machine is asked for.
        own = Qemu(built, note, wanted or guest.kernel)
        if here:  # what other namespaces come and go on a busy host is no fault of a text
            here.second = own
        return Choice(here or Worlds(own), own, Randomized(own))

    backends = Backends(make, others)
    with closing(backends):
        try:
            backends.choice(guest)  # what lacks for it lacks for all
        except NoPackageError as error:
            raise ProjectError(f"pyproject.toml: [tool.{TABLE}.guest] {error}") from error
        yield backends


def choose(note: Callable[[str], None]) -> str:
    """The kind of machine for ``auto``; `note` is told which, and why.

    :raises MachineError: this host can run none.
    """
    lacking = qemu.lack()
    if not lacking:
        note("machines: qemu, virtual machines")
        return "qemu"
    if os.geteuid() == 0 and is_virtual_machine():
        note(f"machines: namespaces ({lacking})")
        return "namespaces"
    raise MachineError(
        f"No machine can be made here: {lacking}; or do this as root in a virtual machine."
    )
