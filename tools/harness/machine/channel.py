"""The harness's side of the conversation with an agent: one request, one reply (see agent.py).

Nothing that comes is believed before it has been looked at: a reply has a size, a form and a time
in which it must be here, and none comes unasked. What isn't so ends the machine and no more.
"""

import json
import socket
import time
from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import Meta

from harness.guest.terminal import State

ANSWER_SECONDS = 20.0  # what a healthy agent never needs on top of the time it was given
MOST_BYTES = 1 << 20  # of a reply; what a terminal has shown is a quarter of it (OUTPUT_LIMIT)

Count = Annotated[int, Meta(ge=0, le=1 << 62)]
Id = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Status = Annotated[int, Meta(ge=-64, le=255)]  # negative: by that signal
Name = Annotated[str, Meta(max_length=4096)]


class AgentGoneError(Exception):
    """The channel has ended, or nothing has answered: the machine is lost."""


class AgentRefusedError(Exception):
    """The agent could not carry out a request; says why in one sentence."""


class _Refusal(TypedDict):
    error: str


class _Nothing(TypedDict):
    pass


class _Hello(TypedDict):
    kernel: Annotated[str, Meta(pattern=r"^[\w.+~-]{1,64}\Z")]


class _Changed(TypedDict):
    changed: list[Name]


class _Report(TypedDict):
    output: str
    state: State
    status: Status | None
    uid: Id | None
    reader: Name | None
    prompt: Name | None
    echoed: bool
    dropped: Count


class _Prompt(TypedDict):
    user: Name
    host: Name
    cwd: Name
    homes: dict[Name, Name]


class _Happened(TypedDict):
    executed: list[tuple[Count, Name]]
    opened: list[tuple[Count, Name, Name, Name, list[Name]]]
    ran: list[tuple[Count, Name]]


class _Left(TypedDict):
    left: list[tuple[Count, Name]]
    seen: _Happened | None


class _Process(TypedDict):
    pid: Count
    command: str
    waits: Name


class _Processes(TypedDict):
    processes: list[_Process]


# By what is asked: the protocol of `harness.guest.agent` as types.
_FORMS: dict[str, Any] = {
    "hello": _Hello,
    **dict.fromkeys(("wake", "randomize", "below", "world", "put", "relay"), _Nothing),
    "leave": _Changed,
    **dict.fromkeys(("open", "type", "key", "wait"), _Report),
    "prompt": _Prompt,
    "processes": _Processes,
    "left": _Left,
}


class Channel:
    """A stream socket (or one made of a virtio-serial port) with an agent at its other end."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream

    def request(self, do: str, /, *, within: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Send a request and return its reply, waiting `within` seconds and a margin, in all.

        Raises AgentRefusedError for a reply that says ``error``, AgentGoneError for none, or for
        what is none.
        """
        deadline = time.monotonic() + within + ANSWER_SECONDS
        line = json.dumps({"do": do, **fields}).encode() + b"\n"
        try:
            reply = self._exchange(line, deadline, relayed=do == "relay")
        except TimeoutError as error:
            raise AgentGoneError("the machine has stopped answering") from error
        except OSError as error:
            raise AgentGoneError("the machine has ended") from error
        refusal = _read(reply, _Refusal)
        if refusal is not None:
            raise AgentRefusedError(refusal["error"][:1000])
        found: dict[str, Any] | None = _read(reply, _FORMS[do])
        if found is None:
            raise AgentGoneError(f"the machine has answered “{do}” with what is no such reply")
        return found

    def _exchange(self, request: bytes, deadline: float, relayed: bool) -> bytes:
        """Send a line, and return the one that answers it; what comes after a `relayed` one is a
        terminal's already, and stays in the socket."""
        self.stream.setblocking(False)
        try:
            if self.stream.recv(1, socket.MSG_PEEK):
                raise AgentGoneError("the machine has spoken without being asked")
            raise AgentGoneError("the machine has ended")
        except BlockingIOError:
            pass
        self._wait_until(deadline)
        self.stream.sendall(request)
        reply = bytearray()
        while True:
            self._wait_until(deadline)
            seen = self.stream.recv(1 << 16, socket.MSG_PEEK)
            if not seen:
                raise AgentGoneError("the machine has ended")
            here = seen.find(b"\n") + 1
            reply += self.stream.recv(here or len(seen))
            if len(reply) > MOST_BYTES:
                raise AgentGoneError(f"the machine has answered with over {MOST_BYTES >> 10} KiB")
            if here:
                if here < len(seen) and not relayed:
                    raise AgentGoneError("the machine has spoken without being asked")
                return bytes(reply)

    def _wait_until(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.stream.settimeout(left)

    def close(self) -> None:
        """Let go of it, which is the machine's end."""
        self.stream.close()


def _read(line: bytes, form: Any) -> Any:
    """A line as JSON of that form; None if it is anything else."""
    try:
        return msgspec.json.decode(line, type=form)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
