"""Backends: the ways to make machines, and the choice between them."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from harness.image import image, kernels
from harness.machine import Machine, MachineError, qemu
from harness.machine.namespaces import Namespaces
from harness.machine.namespaces.host import is_virtual_machine
from harness.machine.qemu import Qemu
from harness.machine.qemu.worlds import Randomized, Worlds
from harness.machine.reader import Reader
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from zenn.book import Guest

BACKENDS = ("qemu", "namespaces", "reader")


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
    """The backends that there are, and those over the kernels that some scenarios want, made by
    `other(name)` when first asked for.

    The kernel `default` is taken where it will do. Without `other`, a scenario that wants another
    kernel is given what there is.
    """

    def __init__(
        self, choice: Choice, default: str, other: Callable[[str], Choice] | None = None
    ) -> None:
        self._choice = choice
        self._default = default
        self._other = other
        self._others: dict[str, Choice] = {}
        self._lock = Lock()

    @property
    def single(self) -> Backend:
        """The backend of machines that share no kernel with each other, if there is one here."""
        usual = self._choice.usual
        return usual.own if isinstance(usual, Worlds) else usual

    def of(self, scenario: Scenario) -> Backend:
        """The backend whose machines fit a scenario, or the nearest to that."""
        backend = self._choice.of(scenario)
        if not scenario.kernel or version_of(backend.release()) in scenario.kernel:
            return backend
        name = kernels.fitting(scenario.kernel, self._default)
        if name is None or self._other is None:
            return backend
        with self._lock:
            if name not in self._others:
                self._others[name] = self._other(name)
            return self._others[name].of(scenario)

    def close(self) -> None:
        """Destroy what is left of their machines."""
        with self._lock:  # a scenario may be asking for another kernel's
            choices = (self._choice, *self._others.values())
        for choice in choices:
            choice.usual.close()
            choice.own.close()


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
    run it, with what to do.
    """
    if name == "auto":
        name = choose(note)
    elif name != "qemu" and kernel is not None:
        raise MachineError("A kernel of choice takes the machines of `--backend qemu`.")
    if name == "reader":
        system = Reader(guest, note)
        with closing(Backends(Choice(system, system, Randomized(system)), guest.kernel)) as readers:
            yield readers
        return
    built = image.ensure(guest, note)

    def vms(kernel: str) -> Choice:
        own = Qemu(built, note, kernel)  # makes nothing before its first machine is asked for
        return Choice(Worlds(own), own, Randomized(own))

    other = vms if kernel is None and not qemu.lack() else None
    if name == "namespaces":
        here = Namespaces(built, note, allow_bare_metal=allow_bare_metal)
        choice = Choice(here, here, here)
        if other:
            choice = replace(vms(guest.kernel), usual=here)
            # What other namespaces come and go on a busy host is no fault of a text.
            here.second = choice.own
    elif kernel is None:
        choice = vms(guest.kernel)
    else:
        each = Randomized(Qemu(built, note, kernel))
        choice = Choice(each, each, each)
    backends = Backends(choice, guest.kernel, other)
    with closing(backends):
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
