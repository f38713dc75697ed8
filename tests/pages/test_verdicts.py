"""Which verdict a block shows, given the record of the last run."""

from datetime import UTC
from string import Formatter
from xml.etree.ElementTree import tostring

import pytest
from entries import author, entry
from parsed import Parse

from harness.record import Entry
from harness.report import words as in_english
from pages.verified import words as in_japanese
from pages.verified.badge import badge_element
from pages.verified.badges import Badge, badges

NAME = "docs/02-uts.md"
TEXT = "```console\n$ a\n```\n\n```console\n$ b\n```\n\n```text\nlook\n```\n"


def failed(digest: str, *scenario: str, line: int = 3, chapter: str = NAME) -> Entry:
    known = {"digest": digest, "scenario": scenario or (digest,), "line": line}
    return entry("failed", chapter=chapter, **known)


def test_an_entry_speaks_of_the_fence_with_its_digest(chapter: Parse) -> None:
    document = chapter(TEXT)
    first, second, _ = (fence.digest for fence in document.fences)
    found = badges(document, NAME, [failed(second, first, second)])
    assert [badge.verdict for badge in found] == ["unverified", "failed", "shown"]


def test_a_block_is_unverified_when_its_scenario_has_changed(chapter: Parse) -> None:
    digests = [fence.digest for fence in chapter(TEXT).fences]
    record = [failed(digest, *digests[:2]) for digest in digests]
    after = chapter(TEXT.replace("$ a", "$ c"))
    found = badges(after, NAME, record)
    assert [badge.verdict for badge in found] == ["unverified", "unverified", "shown"]
    assert [badge.changed for badge in found] == [True, True, False]
    # An entry of another chapter says nothing.
    record = [failed(digest, chapter="docs/03-pid.md") for digest in digests]
    found = badges(chapter(TEXT), NAME, record)
    assert [badge.verdict for badge in found] == ["unverified", "unverified", "shown"]
    assert not found[0].changed


def test_equal_blocks_take_equal_entries_in_their_order(chapter: Parse) -> None:
    document = chapter("```console\n$ a\n```\n" * 3)
    digest = document.fences[0].digest
    known = [failed(digest, line=1), failed(digest, line=4)]
    found = badges(document, NAME, known)
    assert [badge.entry for badge in found] == [*known, None]


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


def test_reasons_are_worded_for_readers_and_for_authors() -> None:
    """Both tables have the same codes, and what is in their words."""

    def fields(words: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(words) if name}

    japanese, english = in_japanese.TEMPLATES, in_english.TEMPLATES
    assert {c: fields(w) for c, w in japanese.items()} == {c: fields(w) for c, w in english.items()}


def test_what_an_author_says_is_shown_as_it_is(chapter: Parse) -> None:
    why = "手もとの {マシン} で"
    element = badge_element(
        Badge("skipped", entry("skipped", reason=author(why))), UTC, ("", ""), 1
    )
    assert element is not None
    assert why in tostring(element, encoding="unicode")
