"""The little of QEMU's monitor protocol that saving a machine takes: docs/interop/qmp-spec."""

import json
import socket
import time
from typing import Any


class QmpError(Exception):
    """QEMU refuses a command, or has gone; its own sentence."""


class Qmp:
    """A conversation over a connected socket. Times in seconds."""

    def __init__(self, stream: socket.socket, patience: float) -> None:
        stream.settimeout(patience)
        self.stream = stream
        self.replies = stream.makefile("rb")
        self.message()  # its greeting
        self.command("qmp_capabilities")
        # Memory lies in a file of its own (see `template`), whether a state is saved or read.
        shared = {"capability": "x-ignore-shared", "state": True}
        self.command("migrate-set-capabilities", capabilities=[shared])

    def command(self, name: str, fd: int | None = None, **arguments: Any) -> Any:
        """Carry out a command, to which a descriptor may be sent, and return its result."""
        data = json.dumps({"execute": name, "arguments": arguments}).encode()
        try:
            socket.send_fds(self.stream, [data], [] if fd is None else [fd])
        except OSError as error:
            raise QmpError(f"{name}: {error}") from error
        while "return" not in (message := self.message()):
            if "error" in message:
                raise QmpError(f"{name}: {message['error']['desc']}")
        return message["return"]

    def save(self, fd: int, seconds: float) -> None:
        """Write the machine's state to `fd`; it is paused for good afterwards."""
        self.command("getfd", fd, fdname="state")
        self.command("migrate", uri="fd:state")
        deadline = time.monotonic() + seconds
        while (found := self.command("query-migrate"))["status"] != "completed":
            if found["status"] == "failed" or time.monotonic() > deadline:
                raise QmpError(f"the state can't be saved: {found.get('error-desc', 'no end')}")
            time.sleep(0.02)

    def restore(self, number: int) -> None:
        """Have QEMU begin to read the state from its descriptor `number`, and then go on."""
        self.command("migrate-incoming", uri=f"fd:{number}")

    def message(self) -> dict[str, Any]:
        """The next message: one JSON object, one line."""
        try:
            line = self.replies.readline()
        except OSError as error:
            raise QmpError(f"QEMU doesn't answer: {error}") from error
        if not line.endswith(b"\n"):
            raise QmpError("QEMU has ended")
        message: dict[str, Any] = json.loads(line)
        return message
