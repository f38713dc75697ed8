"""A machine: a world made fresh for one scenario and destroyed after it.

`namespaces` makes it from this kernel's namespaces, `qemu` is a virtual machine, and a world of
`qemu.worlds` is made of namespaces in a virtual machine. Whatever makes it, the harness sees the
same: a channel to the agent inside, a way to destroy it whole, and why it died if it did.
"""

from typing import Protocol

from harness.image import MachineError as MachineError
from harness.machine.channel import Channel


class StillbornError(MachineError):
    """This one machine did not come alive, though others of its kind do."""


class Machine(Protocol):
    """A running machine whose agent can be spoken to.

    Once `channel` is at its end, so is the machine.
    """

    kind: str  # "namespaces", "qemu", or "qemu-namespaces" for a world in a virtual machine
    pid: int  # of the process that it lives in, as this host sees it
    kernel: str  # its release, as uname(2) gives it
    channel: Channel
    changed: tuple[
        str, ...
    ]  # once it is closed: what of a kernel that others share is not as before

    def close(self) -> None:
        """Destroy the machine whole: processes, mounts, namespaces and limits.

        When this returns, every process of the machine has been waited for.

        :raises MachineError: its processes don't end (one is stuck in the kernel).
        """

    def epitaph(self) -> str:
        """Why the machine died, in one sentence; to be asked once its channel has ended."""
