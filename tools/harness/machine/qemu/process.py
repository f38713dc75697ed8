"""QEMU as the harness sees it: started through `spawner`, killed, and asked why it ended."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import harness
from harness.machine import MachineError

PATIENCE = 30.0  # seconds for a killed QEMU to end; it takes milliseconds
# The lines of a console that say why a kernel has ended; else its last line is shown.
LAST_WORDS = re.compile(r"Kernel panic - |reboot: |sysrq: |Out of memory|BUG: |watchdog: ")
UPTIME = re.compile(r"^\[ *\d+\.\d+\] *")


class Process:
    """One QEMU; `channel` is the socket to the agent in it, `monitor` that of its monitor."""

    def __init__(self, line: socket.socket, channel: socket.socket, monitor: socket.socket) -> None:
        self.channel, self.monitor = channel, monitor
        self.pid = 0
        self._line = line
        self._line.settimeout(PATIENCE)
        self._end: dict[str, Any] | None = None

    def started(self) -> "Process":
        """Itself, once the spawner has said its process id."""
        while not self.pid and not self._end:
            self._next_message()
        return self

    def close(self) -> None:
        """Kill it if need be, and wait until it has ended."""
        try:
            if not self._end:
                self._kill()
        finally:
            self.forget()

    def forget(self) -> None:
        """Let go of its sockets."""
        for one in (self.channel, self.monitor, self._line):
            one.close()

    def epitaph(self) -> str:
        """Why it has ended, in one sentence; killed for it if it hasn't."""
        if not self._end:
            try:
                self._line.settimeout(1)  # its channel has just ended: it may be about to
                self._next_message()
            except MachineError:
                pass
            self._line.settimeout(PATIENCE)
        if not self._end:
            self._kill()
        assert self._end is not None
        return sentence(**self._end)

    def _kill(self) -> None:
        self._line.shutdown(socket.SHUT_WR)
        while not self._end:
            self._next_message()

    def _next_message(self) -> None:
        try:
            data = self._line.recv(1 << 16)
        except TimeoutError:
            raise MachineError(f"QEMU (process {self.pid}) does not end.") from None
        # Without a last word the spawner itself has been killed, and all its machines with it.
        message: dict[str, Any] = json.loads(data) if data else {"status": -signal.SIGKILL}
        self.pid = message.get("pid", self.pid)
        if "status" in message:
            self._end = message


class Launcher:
    """Starts QEMUs, from any thread; when it is closed, or this process ends, all of them end."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._spawner = subprocess.Popen(
                [sys.executable, "-m", "harness.machine.qemu.spawner", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # What runs a chapter's code must not learn the environment of the harness.
                env={
                    "PYTHONPATH": str(Path(harness.__file__).parent.parent),
                    "PATH": os.environ.get("PATH", os.defpath),
                    "LANG": "C.UTF-8",
                },
                start_new_session=True,
            )

    def launch(self, command: list[str], *fds: int) -> Process:
        """Run `command`, whose descriptors AGENT, QMP … lead to `channel`, `monitor` and `fds`.

        :raises MachineError: the process that starts QEMU has ended.
        """
        line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel, agent = socket.socketpair()
        monitor, qmp = socket.socketpair()
        process = Process(line, channel, monitor)
        with their_line, agent, qmp:
            message = json.dumps({"command": command}).encode()
            given = [their_line.fileno(), agent.fileno(), qmp.fileno(), *fds]
            try:
                socket.send_fds(self._control, [message], given)
            except OSError as error:
                process.forget()
                why = error.strerror
                raise MachineError(f"The process that starts QEMU has ended ({why}).") from None
        return process.started()

    def close(self) -> None:
        """End every QEMU that is left, and the process that starts them."""
        self._control.close()
        self._spawner.wait()


def sentence(status: int, console: str = "", complaint: str = "", killed: bool = False) -> str:
    """What is known of a QEMU that has ended, as one sentence."""
    if killed:
        how = "the virtual machine was killed, for it did not answer"
    elif status < 0:
        how = f"QEMU was killed by {signal.Signals(-status).name}"
    else:
        how = "the virtual machine has ended"
        how += f" (QEMU's status {status})" if status else ""
    if complaint.strip():
        how += f"; QEMU says “{complaint.strip().splitlines()[-1]}”"
    if said := last_words(console):
        how += f"; the end of its console: “{said}”"
    return how + "."


def last_words(console: str) -> str:
    """What of a console tells why its kernel has ended: a program's last line, the kernel's."""
    lines = [line.strip() for line in console.splitlines() if line.strip()]
    kernels = [UPTIME.sub("", line) for line in lines if UPTIME.match(line)]
    programs = [line for line in lines if not UPTIME.match(line)]
    telling = [line for line in kernels if LAST_WORDS.search(line) and line[0] != "-"]
    return " / ".join(programs[-1:] + (telling or kernels)[-2:])[:300]
