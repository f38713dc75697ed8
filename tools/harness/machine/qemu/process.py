"""QEMU as the harness sees it: started through `spawner`, killed, and asked why it ended."""

import re
import socket
from typing import Any

from harness.machine import MachineError
from harness.machine.channel import Channel
from harness.machine.lifeline import KeeperProcess, LifeLine, signal_name

# The lines of a console that say why a kernel has ended; else its last line is shown.
LAST_WORDS = re.compile(r"Kernel panic - |reboot: |sysrq: |Out of memory|BUG: |watchdog: ")
UPTIME = re.compile(r"^\[ *\d+\.\d+\] *")


class Process:
    """One QEMU; `channel` leads to the agent in it, `monitor` is the socket of its monitor."""

    def __init__(self, line: LifeLine, channel: socket.socket, monitor: socket.socket) -> None:
        self.channel, self.monitor = Channel(channel), monitor
        self._line = line
        while not line.pid and not line.end:
            line.next_message()
        self.pid = line.pid

    def close(self) -> None:
        """Kill it if need be, and wait until it has ended."""
        try:
            self._line.close()
        finally:
            self.channel.close()
            self.monitor.close()

    def epitaph(self) -> str:
        """Why it has ended, in one sentence; killed for it if it hasn't."""
        if not self._line.ended_within(1):  # its channel has just ended: it may be about to
            self._line.kill()
        assert self._line.end is not None
        return sentence(**self._line.end)


class Launcher:
    """Starts QEMUs, from any thread; when it is closed, or this process ends, all of them end."""

    def __init__(self) -> None:
        self.keeper = KeeperProcess("harness.machine.qemu.spawner", "QEMU")

    def launch(self, command: list[str], *fds: int) -> Process:
        """Run `command`, whose descriptors AGENT, QMP … lead to `channel`, `monitor` and `fds`.

        :raises MachineError: the process that starts QEMU has ended.
        """
        channel, agent = socket.socketpair()
        monitor, qmp = socket.socketpair()
        with agent, qmp:
            request: dict[str, Any] = {"command": command}
            try:
                line = self.keeper.make(request, agent.fileno(), qmp.fileno(), *fds)
            except MachineError:
                channel.close()
                monitor.close()
                raise
        return Process(line, channel, monitor)

    def close(self) -> None:
        """End every QEMU that is left, and the process that starts them."""
        self.keeper.close()


def sentence(
    status: int,
    console: str = "",
    complaint: str = "",
    killed: bool = False,
    memory: bool = False,
) -> str:
    """What is known of a QEMU that has ended, as one sentence."""
    if killed:
        how = "the virtual machine was killed, for it did not answer"
    elif status < 0:
        how = f"QEMU was killed by {signal_name(-status)}"
    else:
        how = "the virtual machine has ended"
        how += f" (QEMU's status {status})" if status else ""
    how += "; it had used up its memory here" if memory else ""
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
