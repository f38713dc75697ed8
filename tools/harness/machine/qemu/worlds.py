"""Worlds: one virtual machine for many scenarios, each in fresh namespaces inside it.

QEMU's translation of the guest's code is the larger part of what an emulated scenario costs, and it
is not saved with a machine: a clone begins without it. So one machine lives on, for one scenario at
a time, and what is fresh for each is a machine of namespaces inside it (`guest.virtual`), with the
bounds of one: what needs a kernel of its own says `vm`. When a world is left the machine says what
of its kernel's state has changed, and one in which anything has is not used again.
"""

import time
from collections.abc import Mapping
from threading import Lock

from harness.machine import StillbornError
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.machine.qemu import Clones, QemuMachine

KIND = "qemu-namespaces"
LIFETIME = 1800.0  # seconds after which a machine is replaced: its spawner lets none live for ever


class WorldMachine:
    """A world, and the virtual machine that it is in. `changed` is known once it is closed."""

    kind = KIND

    def __init__(self, vm: QemuMachine, worlds: "Worlds") -> None:
        self.channel: Channel = vm.channel
        self.pid, self.kernel = vm.pid, vm.kernel
        self.changed: tuple[str, ...] = ()
        self._vm, self._worlds = vm, worlds
        self._closed = False
        try:
            self.channel.request("world")
        except (AgentGoneError, AgentRefusedError) as error:
            why = vm.epitaph()
            vm.close()
            raise StillbornError(f"No world could be made: {error}: {why}") from None

    def close(self) -> None:
        """End the world; its machine is kept if it is as it was."""
        if self._closed:
            return
        self._closed = True
        try:
            changed = self.channel.request("leave")["changed"]
        except (AgentGoneError, AgentRefusedError):
            self._vm.close()  # it has ended with the world, or answers nonsense
            return
        self.changed = tuple(name for name in changed if not name.startswith("loaded "))
        self._worlds.take_back(self._vm, worn=bool(changed))

    def epitaph(self) -> str:
        """See `Machine.epitaph`."""
        return self._vm.epitaph()


class Derived:
    """Other machines of those that `own` makes."""

    def __init__(self, own: Clones) -> None:
        self.own = own

    def identity(self) -> str:
        """See `Backend.identity`."""
        return f"{type(self).__name__.lower()} {self.own.identity()}"

    def release(self) -> str:
        """See `Backend.release`."""
        return self.own.release()

    def software(self) -> Mapping[str, str]:
        """See `Backend.software`."""
        return self.own.software()

    def close(self) -> None:
        """See `Backend.close`."""
        self.own.close()


class Randomized(Derived):
    """Virtual machines in which the addresses of a process are random, as they are anywhere."""

    own_kernel = True
    second = None

    def start(self) -> QemuMachine:
        """See `Qemu.start`."""
        vm = self.own.start()
        try:
            vm.channel.request("randomize")
        except (AgentGoneError, AgentRefusedError) as error:
            why = vm.epitaph()
            vm.close()
            raise StillbornError(f"Addresses could not be made random: {error}: {why}") from None
        return vm


class Worlds(Derived):
    """Makes worlds; as many virtual machines live on as worlds were ever alive at once."""

    own_kernel = False

    def __init__(self, own: Clones) -> None:
        super().__init__(own)
        self.second = own
        self._idle: list[QemuMachine] = []
        self._lock = Lock()

    def start(self) -> WorldMachine:
        """A fresh world whose agent listens.

        :raises MachineError: as `Qemu.start`.
        """
        with self._lock:
            vm = self._idle.pop() if self._idle else None
        return WorldMachine(vm or self.own.start(), self)

    def take_back(self, vm: QemuMachine, *, worn: bool) -> None:
        """Keep a machine whose world has been left, or end it if it is `worn` or old."""
        if worn or time.monotonic() - vm.born > LIFETIME:
            vm.close()
            return
        with self._lock:
            self._idle.append(vm)
