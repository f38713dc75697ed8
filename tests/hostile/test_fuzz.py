"""Chapters, outputs, records and replies that nobody would think of: no traceback, hang or flood.

The same ones each time, for a quarter of a minute. For an hour: ``FUZZ=240 pytest tests/hostile``
tries so many times as many, others each time.
"""

import json
import os
import random
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from entries import entry, step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.compare import Expectation, Renaming, Varying, lines_of
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel
from harness.plan.chapter import from_document
from harness.plan.scenario import scenarios
from harness.record import Reason, RecordError, merge
from harness.report.words import words
from pages.verified.words import words as in_japanese
from zenn.book import Book
from zenn.guard import visible, visible_lines
from zenn.lint import RULES
from zenn.lint.shelf import Draft, Shelf
from zenn.model import ChapterError
from zenn.parser import parse

TIMES = int(os.environ.get("FUZZ", "1"))
SECONDS, MEMORY = 10.0, 200 << 10  # KiB
ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "docs").glob("*.md"))

fuzz = settings(
    max_examples=150 * TIMES,
    derandomize=TIMES == 1,
    database=None,
    deadline=None,  # of the clock on the wall; see `little`
    suppress_health_check=list(HealthCheck),
)

SPARKS = (  # what has a meaning in a chapter
    "```console\n$ ", "```\n", "```python:a.py\n", "```text:実行結果\n", "```ini file:/tmp/x\n",
    "# ", "## ", ">>> ", "> ", "^C\n", "...\n", "（略）\n", "[//]: # (varies: 1 pid)\n", "\n\n",
    "[//]: # (skip: x)\n", "---\ntitle: a\n---\n", '--8<-- "a"\n', "<!--", "-->", "$", "$$", "![",
    "](", "[^", ":::message\n", ":::details x\n", "@[card](https://a.example)\n", "|a|b|\n|-|-|\n",
    "\ufeff", "\u202e", "\t", "\r", "\0", "\x1b]", "hl=1-", "exit=", "timeout=", "kernel>=", "*",
    "_", "`", "~~~\n", "- ", "1. ", "\\", "&", "<", "http://a.example ",
)  # fmt: skip
pieces = st.one_of(st.sampled_from(SPARKS), st.text(max_size=8), st.integers().map(str))
texts = st.lists(st.tuples(pieces, st.integers(1, 40)), max_size=30).map(
    lambda parts: "".join(text * times for text, times in parts)
)


@contextmanager
def little() -> Iterator[None]:
    """What is done takes little of the processor, and little memory beyond what is in use."""
    started, before = time.thread_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.thread_time() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


def read(text: str, book: Book) -> None:
    """Read a text as all do that read chapters; its author may be told something."""
    told = "docs/x.md:"
    try:
        document = parse(text, Path("docs/x.md"), book)
        draft = Draft(document, Shelf(book))
        for rule in RULES:
            list(rule(draft))
        scenarios(from_document(document, book))
    except ChapterError as error:
        told = str(error)
    assert told.startswith("docs/x.md:")


@fuzz
@given(texts)
def test_any_text_is_a_chapter_or_its_author_is_told(text: str) -> None:
    with little():
        read(text, Book(ROOT))


@fuzz
@given(st.sampled_from(CHAPTERS), st.integers(0), st.lists(st.tuples(st.integers(0), pieces)))
def test_a_chapter_that_is_changed_is_one_or_its_author_is_told(
    file: Path, seed: int, changes: list[tuple[int, str]]
) -> None:
    lines = file.read_text("utf-8").split("\n")
    begin = seed % len(lines)
    text = "\n".join(lines[begin : begin + 60])
    for place, piece in changes:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + random.Random(place).randrange(4) :]
    with little():
        read(text, Book(ROOT))


lines = st.one_of(
    st.sampled_from(
        [
            "...",
            "",
            "（略）",
            "uts:[4026531838]",
            "2026-01-01 10:00:00",
            "x-x-x",
            "PID TTY",
            "a ... b",
        ]
    ),
    st.lists(st.sampled_from(["x", "-", "1", " ", "uts:[4026531838]", "10:00", "\t", "..."])).map(
        "".join
    ),
    st.text(max_size=20),
)
outputs = st.lists(st.tuples(lines, st.integers(1, 300)), max_size=12).map(
    lambda parts: [line for line, times in parts for _ in range(times)]
)


@fuzz
@given(st.lists(lines, max_size=12), outputs, st.booleans())
def test_any_output_agrees_or_does_not(text: list[str], run: list[str], same: bool) -> None:
    renaming = Renaming()
    renaming.introduce([Varying("x", "any"), Varying("1", "pid")])
    shown = lines_of("".join(f"{line}\n" for line in run))
    with little():
        found = Expectation(text).compare(shown, renaming)
    if not found.passed and not found.fault:
        kept = [line.text for line in found.diff if line.kind in ("same", "missing")]
        assert len(kept) <= len(text)
    if same and not any("\r" in line or "\x1b" in line or "\n" in line for line in text):
        assert Expectation(text).compare(lines_of("".join(f"{t}\n" for t in text)), Renaming())


@fuzz
@given(st.lists(st.sampled_from(["\x1b[", "\x1b]", "\x07", "\r", "\n", "a", "1;2H", "\x1bP", " "])))
def test_any_output_has_lines(parts: list[str]) -> None:
    output = "".join(parts) * 5_000
    with little():
        found = lines_of(output)
    assert not any("\r" in line or "\n" in line for line in found)
    for shown in (visible(output), visible_lines(output)):
        assert "\x1b" not in shown


REPORT = {"output": "", "state": "shell", "status": 0, "uid": 0, "reader": "bash"}
REPORT |= {"prompt": None, "echoed": True, "dropped": 0}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some),
    max_leaves=8,
)
ENTRY = json.loads(msgspec.json.encode(entry("failed", steps=(step(),), since=1)))


def changed(value: Any, seed: int, into: Any) -> Any:
    """The same JSON with one of its values another, or gone."""
    if not isinstance(value, dict | list) or not value or seed % 7 == 0:
        return into
    names = sorted(value) if isinstance(value, dict) else range(len(value))
    name = names[seed % len(names)]
    copy = value.copy()
    if seed % 11 == 0:
        del copy[name]
    else:
        copy[name] = changed(value[name], seed // 3, into)
    return copy


@fuzz
@given(st.integers(0), values)
def test_any_record_is_one_or_is_told(tmp_path_factory: Any, seed: int, into: Any) -> None:
    whole = {"version": 4, "blocks": [ENTRY, changed(ENTRY, seed, into)]}
    file = tmp_path_factory.getbasetemp() / "fuzz.json"
    file.write_text(json.dumps(whole))
    told = f"{file}: "
    with little():
        try:
            for one in merge([file]):
                words(one.reason or Reason("author"))
                in_japanese(one.reason or Reason("author"))
        except RecordError as error:
            told = str(error)
    assert told.startswith(f"{file}: ")
    assert "\n" not in told


replies = st.one_of(
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value).encode()),
    st.tuples(st.sampled_from(sorted(REPORT)), values).map(
        lambda change: json.dumps(REPORT | dict([change])).encode()
    ),
    st.integers(1, 300_000).map(lambda many: b"[" * many),
)


@fuzz
@given(replies)
def test_any_reply_is_one_or_ends_the_machine(reply: bytes) -> None:
    ours, theirs = socket.socketpair()

    def answer() -> None:
        theirs.recv(4096)
        with suppress(OSError):
            theirs.sendall(reply + b"\n")
        theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    found: dict[str, Any] = {}
    with ours, suppress(AgentGoneError, AgentRefusedError), little():
        found = Channel(ours).request("wait", terminal="", seconds=0, until="end")
    thread.join()
    assert not found or (set(found) == set(REPORT) and isinstance(found["output"], str))
