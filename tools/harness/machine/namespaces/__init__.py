"""The machine made of this kernel's namespaces: a few milliseconds, and root's.

For a host that is itself a disposable virtual machine: root in it is kept from the host by
namespaces and bounds, but not by a wall.
"""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import harness
from harness.image.image import Image
from harness.machine import MachineError
from harness.machine.namespaces import bounds
from harness.machine.namespaces.host import is_virtual_machine

KIND = "namespaces"
RESTRICTION = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")  # Ubuntu 24.04
PATIENCE = 30.0  # seconds for killed processes to end; they take milliseconds


class LifeLine:
    """What the zygote says of one machine; see there."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.line.settimeout(PATIENCE)
        self.pid = 0  # of the machine's init, as the zygote sees it
        self.channel: socket.socket | None = None
        self.end: dict[str, Any] | None = None

    def channel_when_ready(self) -> socket.socket:
        """The channel to the agent, or MachineError with what failed."""
        while not (self.channel and self.pid):
            message = self.next_message()
            if "error" in message:
                self.destroy()
                raise MachineError(f"No machine could be made: {message['error']}.")
            if self.end:
                self.destroy()
                raise MachineError(f"No machine could be made. {self.epitaph()}")
        return self.channel

    def destroy(self) -> None:
        """Have the machine killed and wait until nothing is left of it."""
        try:
            self.line.shutdown(socket.SHUT_WR)
            self.wait_for_end()
        finally:
            self.line.close()

    def wait_for_end(self) -> None:
        """Return when the zygote has waited for the machine's init."""
        while not self.end:
            self.next_message()

    def epitaph(self) -> str:
        """Why the machine died: one sentence, once `end` is known."""
        assert self.end is not None
        status = self.end["status"]
        if status >= 0:
            return f"The machine's init ended with status {status}."
        cause = ""
        if self.end["memory"]:
            cause = f": the machine had used up its {bounds.MEMORY >> 20} MiB of memory"
        return f"The machine's init was killed by {signal.Signals(-status).name}{cause}."

    def next_message(self) -> dict[str, Any]:
        """Read one message and keep what it says."""
        try:
            data, fds, _, _ = socket.recv_fds(self.line, 4096, 1, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError:
            raise MachineError(
                f"The machine's init (process {self.pid}) has not ended in {PATIENCE:.0f} s: "
                "one of its processes is stuck in the kernel."
            ) from None
        # Without a last word the zygote itself has been killed, and all its machines with it.
        killed = {"status": -signal.SIGKILL, "memory": False}
        message: dict[str, Any] = json.loads(data) if data else killed
        self.pid = message.get("pid", self.pid)
        if fds:
            self.channel = socket.socket(fileno=fds[0])
        if "status" in message:
            self.end = message
        return message


class NamespacesMachine:
    """A machine of namespaces, alive until its life line ends."""

    kind = KIND

    def __init__(self, line: LifeLine) -> None:
        self.channel = line.channel_when_ready()
        self.kernel = platform.release()
        self.pid = line.pid
        self._line = line
        self._closed = False

    def close(self) -> None:
        """See `Machine.close`."""
        if not self._closed:
            self._closed = True
            self.channel.close()
            self._line.destroy()

    def epitaph(self) -> str:
        """See `Machine.epitaph`."""
        self._line.wait_for_end()
        return self._line.epitaph()


class Namespaces:
    """Makes machines over an image, from any thread.

    `note` is given what a user should know: what this host can't bound, and what it forbids.

    :raises MachineError: this process isn't root, or this isn't a virtual machine and
        `allow_bare_metal` is not given.
    """

    own_kernel = False

    def __init__(
        self, image: Image, note: Callable[[str], None], *, allow_bare_metal: bool = False
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
        if bounds.read(RESTRICTION).strip() == "1":
            note(
                "This host's AppArmor lets ordinary users do nothing in user namespaces of theirs, "
                f"in machines too: run “echo 0 | sudo tee {RESTRICTION}”."
            )
        self._image = image
        rootfs = image.rootfs(note)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._zygote = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "harness.machine.namespaces.zygote",
                    str(theirs.fileno()),
                    os.path.abspath(rootfs),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # A machine must not learn the environment of the harness.
                env={"PYTHONPATH": str(Path(harness.__file__).parent.parent), "LANG": "C.UTF-8"},
                start_new_session=True,  # ^C is for the harness, which then closes its machines
            )

    def identity(self) -> str:
        """See `Backend.identity`."""
        return f"{KIND} {self.release()} {self._image.key}"

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
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self._control, [b"machine"], [theirs.fileno()])
            except OSError as error:
                line.close()
                why = error.strerror
                raise MachineError(f"The process that makes machines has ended ({why}).") from None
        return NamespacesMachine(LifeLine(line))

    def close(self) -> None:
        """Destroy every machine that is left, and the process that makes them."""
        self._control.close()
        self._zygote.wait()
