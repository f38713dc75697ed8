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


def _lines(source: Path, section: str = "") -> dict[int, str]:
    """What a chapter shows of a program, by its number in the whole without the marks.

    All of it, or a named section.
    """
    lines: dict[int, str] = {}
    inside, number = not section, 0
    for line in source.read_text().splitlines():
        if mark := MARK.search(line):
            if mark[2] == section:
                inside = mark[1] == "start"
            continue
        number += 1
        if inside:
            lines[number] = line
    return lines


def _changes(before: Path, after: Path) -> tuple[list[str], set[int]]:
    """The lines that are gone, and the numbers of those that are new and not blank."""
    gone: list[str] = []
    new: set[int] = set()
    old, lines = list(_lines(before).values()), list(_lines(after).values())
    matcher = difflib.SequenceMatcher(None, old, lines, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            gone += old[i1:i2]
            new |= {n for n in range(j1 + 1, j2 + 1) if lines[n - 1].strip()}
    return gone, new


@pytest.mark.parametrize(
    ("before", "after"), STAGES, ids=lambda source: f"{source.parent.name}{source.suffix}"
)
def test_a_stage_keeps_what_the_one_before_it_had(before: Path, after: Path) -> None:
    gone, new = _changes(before, after)
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
    _, new = _changes(before, after)
    for marked, section in shown:
        numbers, lines = list(_lines(after, section)), _lines(after, section)
        stands_out = set()
        for part in marked.split(","):
            first, _, last = part.partition("-")
            stands_out |= set(numbers[int(first) - 1 : int(last or first)])
        assert {n for n in stands_out if lines[n].strip()} == new & set(numbers)
