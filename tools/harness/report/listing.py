"""`--list`: every block of the chapters, what becomes of it, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection

Fate = dict[str, Any]


def of_all(selection: Selection) -> list[Fate]:
    """The fates of all blocks of the selected chapters."""
    return [
        fate
        for chapter in selection.chapters
        for fate in fates(chapter, selection.all[chapter.path])
    ]


def fates(chapter: Chapter, scenarios: Sequence[Scenario]) -> list[Fate]:
    """For each block: where it stands, what it is, and whether it runs (in which scenarios, named
    by the lines of their first blocks) or why not."""
    joined = defaultdict[int, list[int]](list)
    for scenario in scenarios:
        for block in scenario.blocks:
            joined[block.line].append(scenario.line)
    return [_fate(chapter, block, joined[block.line]) for block in chapter.blocks]


def _fate(chapter: Chapter, block: Block, scenarios: list[int]) -> Fate:
    if block.runs:
        fate, why = "run", ""
    elif block.skip is not None:
        fate, why = "skipped", block.skip
    else:
        fate, why = "shown", "a language that is not run"
    return {
        "chapter": chapter.path.as_posix(),
        "line": block.line,
        "language": block.fence.language,
        "title": block.fence.title,
        "kind": block.kind,
        "fate": fate,
        "why": why,
        "scenarios": scenarios,
    }


def count(found: Iterable[Fate]) -> Counter[str]:
    return Counter(fate["fate"] for fate in found)


def account(found: Sequence[Fate]) -> str:
    """One sentence that accounts for every block."""
    counts = count(found)
    return (
        f"{len(found)} blocks: {counts['run']} run, {counts['shown']} only shown, "
        f"{counts['skipped']} skipped with a reason"
    )


def show(console: Console, found: Sequence[Fate]) -> None:
    """Print the fates as a table, and the sentence that accounts for them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("block", "language:title", "kind", "fate", "scenario"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold")
    for fate in found:
        named = f"{fate['language']}:{fate['title']}" if fate["title"] else fate["language"]
        style = {"run": "green", "skipped": "yellow", "shown": "dim"}[fate["fate"]]
        where = ", ".join(map(str, fate["scenarios"]))
        cells = (f"{fate['chapter']}:{fate['line']}", named, fate["kind"])
        table.add_row(
            *map(escape, cells), f"[{style}]{fate['fate']}[/]", where, escape(fate["why"])
        )
    console.print(table)
    console.print(account(found), soft_wrap=True)
