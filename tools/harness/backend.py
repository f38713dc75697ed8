"""Backends: the ways to make machines, and the choice between them."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Protocol

from harness import image, kernels
from harness.machine import Machine, MachineError, qemu
from harness.machine.namespaces import Namespaces
from harness.machine.qemu import Qemu
from harness.machine.virtual import is_virtual_machine

BACKENDS = ("qemu", "namespaces")


class Backend(Protocol):
    """Makes machines, from any thread."""

    own_kernel: bool  # whether each machine has a kernel of its own (the word `vm` wants one)

    def identity(self) -> str:
        """All of its machines that can decide how a scenario goes: kind, image, kernel, emulator.

        Asked for often, and before any machine is made.
        """

    def start(self) -> Machine:
        """A fresh machine whose agent listens; MachineError where none can be made."""

    def close(self) -> None:
        """Destroy what is left of its machines."""


@dataclass(frozen=True)
class Backends:
    """The backend for most scenarios, and the one for those that say `vm`: often the same."""

    usual: Backend
    with_kernel: Backend

    def of(self, needs_kernel: bool) -> Backend:
        return self.with_kernel if needs_kernel else self.usual

    def close(self) -> None:
        """Destroy what is left of their machines."""
        self.usual.close()
        self.with_kernel.close()


@contextmanager
def make_backends(
    name: str, kernel: str, allow_bare_metal: bool, note: Callable[[str], None]
) -> Iterator[Backends]:
    """The backend `name`, or for ``auto`` the best that this host can run.

    Virtual machines run the kernel `kernel` of `harness.kernels`. `note` is given what a user
    should know: the image being built, what is chosen and why. Raises MachineError where the host
    can't run it, with what to do.
    """
    if name == "auto":
        name = choose(note)
    elif name == "namespaces" and kernel != kernels.DEFAULT:
        raise MachineError("A kernel of choice takes virtual machines: say `--backend qemu`.")
    with ExitStack() as stack:
        try:
            built = image.ensure(note)
            rootfs = built.rootfs(note) if name == "namespaces" else None
        except image.ImageError as error:
            raise MachineError(str(error)) from error
        # It makes nothing before its first machine is asked for.
        vms = stack.enter_context(closing(Qemu(built, note, kernel))) if qemu.installed() else None
        if rootfs is None:
            if vms is None:
                raise MachineError(f"Virtual machines take QEMU: run “{qemu.INSTALL}”.")
            yield Backends(vms, vms)
            return
        usual = stack.enter_context(closing(Namespaces(rootfs, allow_bare_metal=allow_bare_metal)))
        for sentence in usual.notes:
            note(sentence)
        yield Backends(usual, vms or usual)


def choose(note: Callable[[str], None]) -> str:
    """The kind of machine for ``auto``; `note` is told which, and why.

    :raises MachineError: this host can run none.
    """
    if qemu.installed():
        note("machines: qemu, a virtual machine for every scenario")
        return "qemu"
    if os.geteuid() == 0 and is_virtual_machine():
        note(f"machines: namespaces, since there is no QEMU here (“{qemu.INSTALL}”)")
        return "namespaces"
    raise MachineError(
        f"No machine can be made here: run “{qemu.INSTALL}”, or run this as root in a virtual "
        "machine."
    )
