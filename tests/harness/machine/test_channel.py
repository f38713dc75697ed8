"""What a machine may answer, and what is made of anything else."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from harness.machine import channel
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel

REPORT = (
    b'{"output":"","state":"shell","status":0,"uid":0,"reader":"bash","prompt":null,'
    b'"echoed":true,"dropped":0}'
)
WAIT: dict[str, Any] = {"terminal": "", "seconds": 0, "until": "end"}


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def answered(ends: tuple[Channel, socket.socket], *pieces: bytes, every: float = 0.0) -> object:
    """What comes of a `wait` that is answered so, piece by piece."""

    def answer() -> None:
        ends[1].recv(4096)
        with suppress(OSError):
            for piece in pieces:
                ends[1].sendall(piece)
                time.sleep(every)

    with ThreadPoolExecutor() as other:
        other.submit(answer)
        try:
            return ends[0].request("wait", **WAIT)
        finally:
            ends[0].close()


def test_a_reply_may_come_in_pieces(ends: tuple[Channel, socket.socket]) -> None:
    found = answered(ends, REPORT[:9], REPORT[9:], b"\n")
    assert found == {
        "output": "", "state": "shell", "status": 0, "uid": 0, "reader": "bash",
        "prompt": None, "echoed": True, "dropped": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        *(b"not json", b"{}", b"[]", b"null", b"", b"\xff\xfe", b'{"output":"\xff"}'),
        *(b"[" * 200_000, b'{"a":' * 100_000, b'{"error":' + b"[" * 100_000),
        *(b'{"error":7}', b'{"error":"\\udcff"}', b"9" * 100_000),
        REPORT.replace(b":0,", b":-9999,", 1),
        REPORT.replace(b":0,", b":1e400,", 1),
        REPORT.replace(b'"shell"', b'"root"'),
        REPORT.replace(b'"output":""', b'"output":{}'),
        REPORT.replace(b'"dropped":0', b'"dropped":-1'),
    ],
    ids=range(18),
)
def test_what_is_no_such_reply_ends_the_machine(
    ends: tuple[Channel, socket.socket], reply: bytes
) -> None:
    with pytest.raises(AgentGoneError, match="answered “wait” with what is no such reply"):
        answered(ends, reply + b"\n")


def test_a_reply_has_a_size(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(AgentGoneError, match="over 1024 KiB"):
        answered(ends, *[b" " * (1 << 16)] * 20)


def test_a_reply_has_one_deadline_whatever_trickles_in(
    ends: tuple[Channel, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "ANSWER_SECONDS", 0.2)
    with pytest.raises(AgentGoneError, match="stopped answering"):
        answered(ends, *[b" "] * 100, every=0.02)


def test_nothing_is_said_unasked(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(AgentGoneError, match="without being asked"):
        answered(ends, REPORT + b"\n" + REPORT + b"\n")


def test_a_reply_that_waits_for_its_request_is_none(ends: tuple[Channel, socket.socket]) -> None:
    ends[1].sendall(REPORT + b"\n")
    with pytest.raises(AgentGoneError, match="without being asked"):
        ends[0].request("wait", **WAIT)


def test_a_refusal_is_a_sentence_of_bounded_size(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(AgentRefusedError, match=r"^x{1000}$"):
        answered(ends, b'{"error":"' + b"x" * 5000 + b'"}\n')
