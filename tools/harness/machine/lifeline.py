"""The harness's side of a process that keeps machines; the other is `keeper`, with what is said."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import harness
from harness.machine import MachineError

PATIENCE = 30.0  # seconds for a killed machine to end; it takes milliseconds


def signal_name(number: int) -> str:
    """As kill(1) has it; real-time signals have numbers only."""
    known = {one.value: one.name for one in signal.Signals}
    return known.get(number, f"signal {number}")


class LifeLine:
    """What the keeper says of one machine, whose first process `what` names in sentences."""

    def __init__(self, line: socket.socket, what: str) -> None:
        self.pid = 0  # of the machine's first process
        self.end: dict[str, Any] | None = None  # what was said last
        self._line = line
        self._line.settimeout(PATIENCE)
        self._what = what

    def next_message(self) -> list[int]:
        """Take in one message; the descriptors that came with it.

        :raises MachineError: nothing is said although the machine was to end, or it can't be made.
        """
        try:
            data, fds, _, _ = socket.recv_fds(self._line, 1 << 16, 1, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError:
            raise MachineError(
                f"{self._what} (process {self.pid}) has not ended in {PATIENCE:.0f} s: "
                "it is stuck in the kernel."
            ) from None
        # Without a last word the keeper itself has been killed, and all its machines with it.
        message: dict[str, Any] = json.loads(data) if data else {"status": -signal.SIGKILL}
        self.pid = message.get("pid", self.pid)
        if "status" in message:
            self.end = message
        if "error" in message:
            raise MachineError(f"No machine could be made: {message['error']}.")
        return fds

    def wait_for_end(self) -> None:
        """Return once the machine has been waited for."""
        while not self.end:
            self.next_message()

    def ended_within(self, seconds: float) -> bool:
        """Whether the machine's end is said within those seconds."""
        if not self.end and select.select([self._line], [], [], seconds)[0]:
            self.next_message()
        return self.end is not None

    def kill(self) -> None:
        """Have the machine killed, if it lives, and wait until nothing is left of it."""
        if not self.end:
            self._line.shutdown(socket.SHUT_WR)
            self.wait_for_end()

    def close(self) -> None:
        """Kill the machine and let go of the line."""
        try:
            self.kill()
        finally:
            self._line.close()


class KeeperProcess:
    """A process that runs `module` and keeps machines, for any thread.

    When it is closed, or this process ends, all of its machines end. `what` names the first process
    of a machine.
    """

    def __init__(self, module: str, what: str, *arguments: str) -> None:
        self._what = what
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs.fileno()), *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # What runs a chapter's code must not learn the environment of the harness.
                env={
                    "PYTHONPATH": str(Path(harness.__file__).parent.parent),
                    "PATH": os.environ.get("PATH", os.defpath),
                    "LANG": "C.UTF-8",
                },
                start_new_session=True,  # ^C is for the harness, which then closes its machines
            )
        self.pid = self._process.pid

    def make(self, request: dict[str, Any], *fds: int) -> LifeLine:
        """Ask for a machine: the line on which what becomes of it will be said.

        :raises MachineError: the process has ended.
        """
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                data = json.dumps(request).encode()
                socket.send_fds(self._control, [data], [theirs.fileno(), *fds])
            except OSError as error:
                line.close()
                why = error.strerror
                raise MachineError(f"The process that keeps machines has ended ({why}).") from None
        return LifeLine(line, self._what)

    def close(self) -> None:
        """End every machine that is left, and the process."""
        self._control.close()
        self._process.wait()
