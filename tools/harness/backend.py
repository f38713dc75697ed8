"""Backends: the ways to make machines, and the choice between them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Protocol

from harness import image
from harness.machine import Machine, MachineError
from harness.machine.namespaces import Namespaces

BACKENDS = ("namespaces",)


class Backend(Protocol):
    """Makes machines, from any thread."""

    own_kernel: bool  # whether each machine has a kernel of its own (the word `vm` wants one)

    def start(self) -> Machine:
        """A fresh machine whose agent listens; MachineError where none can be made."""

    def close(self) -> None:
        """Destroy what is left of its machines."""


@contextmanager
def make_backend(
    name: str, allow_bare_metal: bool, note: Callable[[str], None]
) -> Iterator[Backend]:
    """The backend `name`, or for ``auto`` the best that this host can run.

    `note` is given what a user should know: the image being built, what is chosen and why.
    Raises MachineError where the host can't run it, with what to do.
    """
    try:
        rootfs = image.ensure(note).rootfs(note)
    except image.ImageError as error:
        raise MachineError(str(error)) from error
    if name == "auto":
        note("machines: namespaces, the only kind there is so far")
    with closing(Namespaces(rootfs, allow_bare_metal=allow_bare_metal)) as backend:
        for sentence in backend.notes:
            note(sentence)
        yield backend
