"""The book's own container grows from chapter to chapter, and nothing of it is thrown away."""

import difflib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(ROOT.glob("snippets/*/mybox.*"))
STAGES = [
    (before, after)
    for suffix in (".py", ".c")
    for before, after in zip(
        [s for s in SOURCES if s.suffix == suffix],
        [s for s in SOURCES if s.suffix == suffix][1:],
        strict=False,
    )
]
MARK = re.compile(r"--8<-- \[(start|end):(\w+)\]")


def _lines(source: Path, section: str = "") -> list[str]:
    """What a chapter shows of a program: all of it, or a named section; never the marks."""
    lines, inside = [], not section
    for line in source.read_text().splitlines():
        if mark := MARK.search(line):
            if mark[2] == section:
                inside = mark[1] == "start"
        elif inside:
            lines.append(line)
    return lines


def _changes(before: list[str], after: list[str]) -> tuple[list[str], set[int]]:
    """The lines that are gone, and the numbers (from 1) of those that are new and not blank."""
    gone: list[str] = []
    new: set[int] = set()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            gone += before[i1:i2]
            new |= {n for n in range(j1 + 1, j2 + 1) if after[n - 1].strip()}
    return gone, new


@pytest.mark.parametrize(
    ("before", "after"), STAGES, ids=lambda source: f"{source.parent.name}{source.suffix}"
)
def test_a_stage_keeps_what_the_one_before_it_had(before: Path, after: Path) -> None:
    gone, new = _changes(_lines(before), _lines(after))
    assert len(gone) <= 5, gone
    assert len(new) >= 1


@pytest.mark.parametrize(
    ("before", "after"), STAGES, ids=lambda source: f"{source.parent.name}{source.suffix}"
)
def test_a_chapter_marks_the_lines_that_are_new_and_no_others(before: Path, after: Path) -> None:
    chapter = (ROOT / "docs" / f"{after.parent.name}.md").read_text()
    shown = re.findall(
        rf"^```\w+ (?:[^\n]*?)hl=([\d,-]+)[^\n]*:{re.escape(after.name)}\n"
        rf'--8<-- "{after.parent.name}/{re.escape(after.name)}(?::(\w+))?"$',
        chapter,
        flags=re.M,
    )
    assert shown, f"{after.parent.name} shows no {after.name} with its new lines marked"
    for marked, section in shown:
        numbers = set()
        lines = _lines(after, section)
        for part in marked.split(","):
            first, _, last = part.partition("-")
            numbers |= {n for n in range(int(first), int(last or first) + 1) if lines[n - 1]}
        _, new = _changes(_lines(before, section), lines)
        assert numbers == new
