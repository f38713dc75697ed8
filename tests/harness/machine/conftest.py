"""Real machines: these tests take root, in a virtual machine (or bare metal and no regrets)."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from guests import Shell

from harness.machine import Machine
from harness.machine.backend import Backend


@pytest.fixture
def machine(backend: Backend) -> Iterator[Machine]:
    with closing(backend.start()) as machine:
        yield machine


@pytest.fixture
def shell() -> Callable[..., Shell]:
    """`shell(machine, user)` opens a terminal; what it returns runs a line there.

    It gives the output and the exit status.
    """

    def open_terminal(machine: Machine, user: str = "root") -> Shell:
        channel = machine.channel
        channel.request("open", within=30, terminal=user, user=user, seconds=30)

        def run(line: str) -> tuple[str, int]:
            reply = channel.request(
                "type", within=30, terminal=user, text=line, seconds=30, until="end"
            )
            assert reply["state"] == "shell", reply
            return reply["output"], reply["status"]

        return run

    return open_terminal
