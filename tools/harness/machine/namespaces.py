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
from pathlib import Path
from typing import Any

import harness
from harness.machine import MachineError, bounds
from harness.machine.virtual import is_virtual_machine

KIND = "namespaces"
PATIENCE = 30.0  # seconds for killed processes to end; they take milliseconds


class NamespacesMachine:
    """A machine and its life line, on which the zygote says what becomes of it."""

    kind = KIND

    def __init__(self, channel: socket.socket, line: socket.socket) -> None:
        self.kernel = platform.release()
        self.channel = channel
        self.pid = 0  # of its init, as the zygote sees it
        self._line = line
        self._end: dict[str, Any] | None = None
        self._closed = False

    def wait_until_ready(self) -> None:
        """Return when the agent listens; MachineError with what failed otherwise."""
        ready = False
        while not (ready and self.pid):
            message = self._next_message()
            self.pid = message.get("pid", self.pid)
            ready = ready or "ready" in message
            if "error" in message:
                self.close()
                raise MachineError(f"No machine could be made: {message['error']}.")
            if "status" in message:
                raise MachineError(f"No machine could be made: {self.epitaph()}")

    def close(self) -> None:
        """See `Machine.close`."""
        if self._closed:
            return
        self._closed = True
        self.channel.close()
        try:
            self._line.shutdown(socket.SHUT_WR)
            self._read_end()
        finally:
            self._line.close()

    def epitaph(self) -> str:
        """See `Machine.epitaph`."""
        if not self._closed:
            self._read_end()
        status = self._end["status"] if self._end else -signal.SIGKILL
        if status >= 0:
            return f"The machine's init ended with status {status}."
        cause = ""
        if self._end and self._end["memory"]:
            cause = f": the machine had used up its {bounds.MEMORY >> 20} MiB of memory"
        return f"The machine's init was killed by {signal.Signals(-status).name}{cause}."

    def _read_end(self) -> None:
        while self._end is None and self._next_message():
            pass

    def _next_message(self) -> dict[str, Any]:
        """The next message of the life line; the last one is kept. Nothing after it."""
        self._line.settimeout(PATIENCE)
        try:
            data = self._line.recv(4096)
        except TimeoutError:
            raise MachineError(
                f"The machine's init (process {self.pid}) has not ended in {PATIENCE:.0f} s: "
                "one of its processes is stuck in the kernel."
            ) from None
        message: dict[str, Any] = json.loads(data or b"{}")
        if not data:
            message = {"status": -signal.SIGKILL, "memory": False} if self._end is None else {}
        if "status" in message:
            self._end = message
        return message


class Namespaces:
    """Makes machines over the directory `rootfs`, from any thread.

    `notes` are the sentences that a user should see once: what this host can't bound.

    :raises MachineError: this process isn't root, or this isn't a virtual machine and
        `allow_bare_metal` is not given.
    """

    own_kernel = False

    def __init__(self, rootfs: Path, *, allow_bare_metal: bool = False) -> None:
        if os.geteuid() != 0:
            raise MachineError("Machines of namespaces take root: use sudo.")
        if not allow_bare_metal and not is_virtual_machine():
            raise MachineError(
                "This is not a virtual machine, and root in a machine of namespaces is not walled "
                "off from its host: run it in a disposable VM, or say "
                "--i-know-this-is-not-a-vm."
            )
        self.notes = tuple(
            f"This host has no cgroup controller “{name}”: {instead}."
            for name, instead in (
                ("pids", "the number of processes is bounded for users other than root only"),
                ("memory", "the memory of a machine is not bounded"),
            )
            if name in bounds.unbounded(bounds.hierarchies())
        )
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._zygote = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "harness.machine.zygote",
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

    def start(self) -> NamespacesMachine:
        """A fresh machine whose agent listens.

        :raises MachineError: with the part that failed.
        """
        channel, their_channel = socket.socketpair()
        line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        machine = NamespacesMachine(channel, line)
        with their_channel, their_line:
            try:
                fds = [their_channel.fileno(), their_line.fileno()]
                socket.send_fds(self._control, [b"machine"], fds)
            except OSError as error:
                channel.close()
                line.close()
                raise MachineError(
                    f"The process that makes machines has ended ({error.strerror})."
                ) from None
        machine.wait_until_ready()
        return machine

    def close(self) -> None:
        """Destroy every machine that is left, and the process that makes them."""
        self._control.close()
        self._zygote.wait()
