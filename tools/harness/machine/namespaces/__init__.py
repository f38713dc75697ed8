"""The machine made of this kernel's namespaces: a few milliseconds, and root's.

For a host that is itself a disposable virtual machine: root in it is kept from the host by
namespaces and bounds, but not by a wall.
"""

import os
import platform
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.guest.world import read
from harness.machine import MachineError, bounds, inside
from harness.machine.channel import Channel
from harness.machine.lifeline import KeeperProcess, LifeLine, signal_name
from harness.machine.namespaces.host import is_virtual_machine

if TYPE_CHECKING:  # the zygote imports this, and is to stay small
    from harness.image.image import Image
    from harness.machine.backend import Backend

KIND = "namespaces"
RESTRICTION = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")  # Ubuntu 24.04


class NamespacesMachine:
    """A machine of namespaces, alive until its life line ends."""

    kind = KIND
    changed: tuple[str, ...] = ()

    def __init__(self, line: LifeLine) -> None:
        self.kernel = platform.release()
        self._line = line
        self._closed = False
        fds: list[int] = []
        try:
            while not (fds and line.pid) and not line.end:
                fds += line.next_message()
            if line.end:
                raise MachineError(f"No machine could be made. {self.epitaph()}")
        except MachineError:
            line.close()
            raise
        self.pid = line.pid  # of its init
        self.channel = Channel(socket.socket(fileno=fds[0]))

    def close(self) -> None:
        """See `Machine.close`."""
        if not self._closed:
            self._closed = True
            self.channel.close()
            self._line.close()

    def epitaph(self) -> str:
        """See `Machine.epitaph`."""
        if not self._line.ended_within(1):  # its channel has just ended: it may be about to
            self._line.kill()
            return "The machine was killed, for it did not answer."
        assert self._line.end is not None
        status = self._line.end["status"]
        if status >= 0:
            return f"The machine's init ended with status {status}."
        cause = ""
        if self._line.end.get("memory"):
            cause = f": the machine had used up its {bounds.MEMORY >> 20} MiB of memory"
        return f"The machine's init was killed by {signal_name(-status)}{cause}."


class Namespaces:
    """Makes machines over an image, from any thread.

    `note` is given what a user should know: what this host can't bound, and what it forbids.

    :raises MachineError: this process isn't root, or this isn't a virtual machine and
        `allow_bare_metal` is not given.
    """

    own_kernel = False
    second: "Backend | None" = None

    def __init__(
        self, image: "Image", note: Callable[[str], None], *, allow_bare_metal: bool = False
    ) -> None:
        if os.geteuid() != 0:
            raise MachineError("Machines of namespaces take root: use sudo.")
        if not allow_bare_metal and not is_virtual_machine():
            raise MachineError(
                "This is not a virtual machine, and root in a machine of namespaces is not walled "
                "off from its host: run it in a disposable VM, or say "
                "--i-know-this-is-not-a-vm."
            )
        for name, instead in (
            ("pids", "the number of processes is bounded for users other than root only"),
            ("memory", "the memory of a machine is not bounded"),
        ):
            if name in bounds.unbounded(bounds.hierarchies()):
                note(f"This host has no cgroup controller “{name}”: {instead}.")
        if read(RESTRICTION).strip() == "1":
            note(
                "This host's AppArmor lets ordinary users do nothing in user namespaces of theirs, "
                f"in machines too: run “echo 0 | sudo tee {RESTRICTION}”."
            )
        self._image = image
        zygote, rootfs = "harness.machine.namespaces.zygote", os.path.abspath(image.rootfs(note))
        self.keeper = KeeperProcess(zygote, "The machine's init", rootfs)

    def identity(self) -> str:
        """See `Backend.identity`."""
        return f"{KIND} {self.release()} {self._image.key} {inside.digest()}"

    def release(self) -> str:
        """See `Backend.release`: this host's."""
        return platform.release()

    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""
        return self._image.software()

    def start(self) -> NamespacesMachine:
        """A fresh machine whose agent listens.

        :raises MachineError: with the part that failed.
        """
        return NamespacesMachine(self.keeper.make({}))

    def close(self) -> None:
        """Destroy every machine that is left, and the process that makes them."""
        self.keeper.close()
