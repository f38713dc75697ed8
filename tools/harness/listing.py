"""`--list`: every block of the chapters, what becomes of it, and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.chapter import Block, Chapter
from harness.scenario import Scenario

Fate = dict[str, Any]


def fates(chapter: Chapter, scenarios: Sequence[Scenario]) -> list[Fate]:
    """For each block: where it stands, what it is, whether it runs, with whom, or why not."""
    return [_fate(chapter, block, scenarios) for block in chapter.blocks]


def _fate(chapter: Chapter, block: Block, scenarios: Sequence[Scenario]) -> Fate:
    joined = [s.name for s in scenarios if any(block is one for one in s.blocks)]
    if block.runs:
        fate, why = "run", _how(block)
    elif block.skip is not None:
        fate, why = "skipped", block.skip
    else:
        fate, why = (
            "shown",
            f"`{block.fence.language or 'no language'}` is not a language that runs",
        )
    return {
        "chapter": chapter.path.as_posix(),
        "line": block.line,
        "language": block.fence.language,
        "title": block.fence.title,
        "kind": block.kind,
        "fate": fate,
        "why": why,
        "scenarios": joined,
    }


def _how(block: Block) -> str:
    if block.kind == "console":
        return "typed into a terminal, its output compared"
    if block.kind == "result":
        return "compared with what the program before it prints, run by itself"
    return "put into the machine"


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
    for name in ("block", "language:title", "fate", "scenario", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for fate in found:
        named = f"{fate['language']}:{fate['title']}" if fate["title"] else fate["language"]
        style = {"run": "green", "skipped": "yellow", "shown": "dim"}[fate["fate"]]
        where = ", ".join(name.rsplit(":", 1)[1] for name in fate["scenarios"])
        place = f"{fate['chapter']}:{fate['line']}"
        table.add_row(place, named, f"[{style}]{fate['fate']}[/]", where, fate["why"])
    console.print(table)
    console.print(account(found))
