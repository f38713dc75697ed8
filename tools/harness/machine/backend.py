"""Backends: the ways to make machines, and the choice between them."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Lock
from typing import Protocol

from harness.image import image, kernels
from harness.machine import Machine, MachineError, qemu
from harness.machine.namespaces import Namespaces
from harness.machine.namespaces.host import is_virtual_machine
from harness.machine.qemu import Qemu
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from zenn.book import Guest

BACKENDS = ("qemu", "namespaces")


class Backend(Protocol):
    """Makes machines, from any thread."""

    own_kernel: bool  # whether each machine has a kernel of its own (the word `vm` wants one)

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


class Backends:
    """The backend for most scenarios, the one for those that say `vm` (often the same), and those
    with the kernels that some want, made by `other(name)` when first asked for.

    The kernel `default` is taken where it will do. Without `other`, a scenario that wants another
    kernel is given what there is.
    """

    def __init__(
        self,
        usual: Backend,
        with_kernel: Backend,
        default: str,
        other: Callable[[str], Backend] | None = None,
    ) -> None:
        self._usual = usual
        self._with_kernel = with_kernel
        self._default = default
        self._other = other
        self._others: dict[str, Backend] = {}
        self._lock = Lock()

    def of(self, scenario: Scenario) -> Backend:
        """The backend whose machines fit a scenario, or the nearest to that."""
        backend = self._with_kernel if scenario.needs_vm else self._usual
        if not scenario.kernel or version_of(backend.release()) in scenario.kernel:
            return backend
        name = kernels.fitting(scenario.kernel, self._default)
        if name is None or self._other is None:
            return backend
        with self._lock:
            if name not in self._others:
                self._others[name] = self._other(name)
            return self._others[name]

    def close(self) -> None:
        """Destroy what is left of their machines."""
        with self._lock:  # a scenario may be asking for another kernel's
            others = tuple(self._others.values())
        for backend in (self._usual, self._with_kernel, *others):
            backend.close()


@contextmanager
def make_backends(
    name: str,
    kernel: str | None,
    allow_bare_metal: bool,
    note: Callable[[str], None],
    guest: Guest,
) -> Iterator[Backends]:
    """The backend `name`, or for ``auto`` the best that this host can run.

    Virtual machines run the kernel `kernel` of `harness.image.kernels`; if that is None, the
    guest's, or another for the scenarios that want another. `note` is given what a user should
    know: the image being built, what is chosen and why. Raises MachineError where the host can't
    run it, with what to do.
    """
    if name == "auto":
        name = choose(note)
    elif name == "namespaces" and kernel is not None:
        raise MachineError("A kernel of choice takes virtual machines: say `--backend qemu`.")
    built = image.ensure(guest, note)

    def vms(kernel: str) -> Qemu:
        # It makes nothing before its first machine is asked for.
        return Qemu(built, note, kernel)

    other = vms if kernel is None and not qemu.lack() else None
    usual: Backend
    if name == "namespaces":
        usual = Namespaces(built, note, allow_bare_metal=allow_bare_metal)
        with_kernel = vms(guest.kernel) if other else usual
    else:
        usual = with_kernel = vms(kernel or guest.kernel)
    backends = Backends(usual, with_kernel, guest.kernel, other)
    with closing(backends):
        yield backends


def choose(note: Callable[[str], None]) -> str:
    """The kind of machine for ``auto``; `note` is told which, and why.

    :raises MachineError: this host can run none.
    """
    lacking = qemu.lack()
    if not lacking:
        note("machines: qemu, a virtual machine for every scenario")
        return "qemu"
    if os.geteuid() == 0 and is_virtual_machine():
        note(f"machines: namespaces ({lacking})")
        return "namespaces"
    raise MachineError(
        f"No machine can be made here: {lacking}; or do this as root in a virtual machine."
    )
