"""The harness's side of the conversation with an agent: one request, one reply (see agent.py)."""

import json
import socket
from typing import Any

ANSWER_SECONDS = 20.0  # what a healthy agent never needs on top of the time it was given


class AgentGoneError(Exception):
    """The channel has ended, or nothing has answered: the machine is lost."""


class AgentRefusedError(Exception):
    """The agent could not carry out a request; says why in one sentence."""


class Channel:
    """A stream socket (or one made of a virtio-serial port) with an agent at its other end."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self._pending = b""

    def request(self, do: str, /, *, within: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Send a request and return its reply, waiting `within` seconds and a margin.

        Raises AgentRefusedError for a reply that says ``error``, AgentGoneError for none.
        """
        try:
            self.stream.settimeout(within + ANSWER_SECONDS)
            self.stream.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            while b"\n" not in self._pending:
                data = self.stream.recv(1 << 16)
                if not data:
                    raise AgentGoneError("the machine has ended")
                self._pending += data
        except TimeoutError as error:
            raise AgentGoneError("the machine has stopped answering") from error
        except OSError as error:
            raise AgentGoneError("the machine has ended") from error
        line, _, self._pending = self._pending.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise AgentRefusedError(reply["error"])
        return reply

    def close(self) -> None:
        """Let go of it, which is the machine's end."""
        self.stream.close()
