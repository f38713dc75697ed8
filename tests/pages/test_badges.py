"""Which verdict a block shows, given the record of the last run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pages.verified.badges import Badge, Entry, Step, Value, badges, load_record
from zenn.model import Document

Parse = Callable[[str], Document]

NAME = "docs/02-uts.md"
TEXT = "```console\n$ a\n```\n\n```console\n$ b\n```\n\n```text\nlook\n```\n"


def entry(digest: str, *scenario: str, reason: str = "", chapter: str = NAME) -> Entry:
    return Entry(chapter, digest, frozenset(scenario or [digest]), Badge("failed", reason))


def test_an_entry_speaks_of_the_fence_with_its_digest(chapter: Parse) -> None:
    document = chapter(TEXT)
    first, second, _ = (fence.digest for fence in document.fences)
    found = badges(document, NAME, [entry(second, first, second, reason="b")])
    assert [badge.verdict for badge in found] == ["unverified", "failed", "shown"]


def test_a_block_is_unverified_when_its_scenario_has_changed(chapter: Parse) -> None:
    before = chapter(TEXT)
    record = [
        entry(fence.digest, *(f.digest for f in before.fences[:2])) for fence in before.fences
    ]
    after = chapter(TEXT.replace("$ a", "$ c"))
    found = badges(after, NAME, record)
    assert [badge.verdict for badge in found] == ["unverified", "unverified", "shown"]
    assert found[0].reason == found[1].reason == "変更後は未検証です"


def test_equal_blocks_take_equal_entries_in_their_order(chapter: Parse) -> None:
    document = chapter("```console\n$ a\n```\n" * 3)
    digest = document.fences[0].digest
    found = badges(document, NAME, [entry(digest, reason="1"), entry(digest, reason="2")])
    assert [badge.reason for badge in found] == ["1", "2", "変更後は未検証です"]


def test_an_entry_of_another_chapter_says_nothing(chapter: Parse) -> None:
    document = chapter(TEXT)
    record = [entry(fence.digest, chapter="docs/03-pid.md") for fence in document.fences]
    assert [badge.verdict for badge in badges(document, NAME, record)] == [
        "unverified",
        "unverified",
        "shown",
    ]
    assert badges(document, NAME, record)[0].reason == ""


@pytest.mark.parametrize(
    ("fence", "verdict"),
    [
        ("console", "unverified"),
        ("python:a.py", "unverified"),
        ("c", "unverified"),
        ("rust", "unverified"),
        ("ini file:/etc/a", "unverified"),
        ("c:a.c\n```\n\n```text:実行結果", "unverified"),
        ("text:実行結果", "shown"),  # of no program: the harness refuses the chapter
        ("text", "shown"),
        ("diff c:a.c", "shown"),
        ("mermaid", "shown"),
        ("", "shown"),
    ],
)
def test_without_a_record_what_should_run_is_unverified(
    chapter: Parse, fence: str, verdict: str
) -> None:
    found = badges(chapter(f"```{fence}\na\n```\n"), NAME, [])
    assert found[-1].verdict == verdict


BLOCK: dict[str, Any] = {
    "chapter": NAME,
    "line": 1,
    "digest": "d",
    "scenario": ["d"],
    "kind": "console",
    "verdict": "passed",
    "reason": "",
    "machine": "qemu",
    "kernel": "6.18.44",
    "date": "2026-11-23T18:40:00Z",
    "software": {"debian": "13.8"},
    "seconds": 0.8,
    "transcript": [
        {
            "terminal": "a",
            "prompt": "$ ",
            "command": "id",
            "output": "x\n",
            "status": 0,
            "values": [
                {"kind": "user", "text": "y", "run": "x", "where": "output", "line": 0, "column": 0}
            ],
        },
        {"terminal": "a", "prompt": "", "command": "^C", "output": "", "status": None},
    ],
}


def test_a_record_is_read(tmp_path: Path) -> None:
    file = tmp_path / "verification.json"
    file.write_text(json.dumps({"version": 2, "blocks": [BLOCK]}))
    (found,) = load_record(file)
    assert found.badge == Badge(
        verdict="passed",
        kind="console",
        machine="qemu",
        kernel="6.18.44",
        date="2026-11-23T18:40:00Z",
        seconds=0.8,
        software={"debian": "13.8"},
        transcript=(
            Step("a", "$ ", "id", "x\n", 0, values=(Value("user", "y", "x", "output", 0, 0),)),
            Step("a", "", "^C", "", None),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"blocks": 1}',
        '{"version": 3, "blocks": []}',
        '{"version": 2, "blocks": [{}]}',
        '{"version": 2, "blocks": [1]}',
        json.dumps({"version": 2, "blocks": [BLOCK | {"verdict": "perhaps"}]}),
        json.dumps({"version": 2, "blocks": [BLOCK | {"transcript": [1]}]}),
        json.dumps({"version": 2, "blocks": [BLOCK | {"software": []}]}),
        json.dumps({"version": 2, "blocks": [BLOCK | {"transcript": [{"values": [{}]}]}]}),
        "[" * 100_000,
    ],
)
def test_a_record_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "verification.json"
    file.write_text(text)
    assert load_record(file) == ()
    assert load_record(tmp_path / "none.json") == ()
