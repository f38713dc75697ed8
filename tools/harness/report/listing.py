"""`--list`: every block of the chapters, what becomes of it, and why."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection
from zenn.guard.visible import json_safe
from zenn.model import Kind

ON_READER = "on the reader's machine (--reader)"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a block: ``run``, in scenarios named by the lines of their first blocks, or
    ``skipped`` or ``shown``, and why."""

    chapter: str
    line: int
    language: str
    title: str
    kind: Kind
    fate: Literal["run", "skipped", "shown"]
    why: str
    scenarios: tuple[int, ...]


def fates(selection: Selection) -> list[Fate]:
    """The fates of all blocks of the selected chapters."""
    return [
        _fate(chapter, block, selection.all[chapter.path])
        for chapter in selection.chapters
        for block in chapter.blocks
    ]


def _fate(chapter: Chapter, block: Block, scenarios: Sequence[Scenario]) -> Fate:
    fate: Literal["run", "skipped", "shown"] = "run"
    why = ""
    if block.skip is not None:
        fate, why = "skipped", block.skip
    elif not block.runs:
        fate, why = "shown", "a language that is not run"
    elif block.settings.on == "reader":
        why = ON_READER
    return Fate(
        chapter.path.as_posix(),
        block.line,
        block.fence.language,
        block.fence.title,
        block.kind,
        fate,
        why,
        tuple(scenario.line for scenario in scenarios if block in scenario.blocks),
    )


def account(found: Sequence[Fate]) -> str:
    """One sentence that accounts for every block."""
    counts = Counter(fate.fate for fate in found)
    readers = sum(fate.why == ON_READER for fate in found)
    alone = f", {readers} of them only {ON_READER}" if readers else ""
    return (
        f"{len(found)} blocks: {counts['run']} run{alone}, {counts['shown']} only shown, "
        f"{counts['skipped']} skipped with a reason"
    )


def account_of(selection: Selection) -> str | None:
    """That sentence, if the whole of the chapters is selected."""
    return account(fates(selection)) if selection.whole else None


def to_json(found: Sequence[Fate]) -> str:
    """As JSON, in which what a terminal would obey is escaped as JSON does."""
    text = json.dumps(list(map(asdict, found)), ensure_ascii=False, indent=1)
    return json_safe(text)


def show(console: Console, found: Sequence[Fate]) -> None:
    """Print the fates as a table, and the sentence that accounts for them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("block", "language:title", "kind", "fate", "scenario"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold")
    for fate in found:
        named = f"{fate.language}:{fate.title}" if fate.title else fate.language
        style = {"run": "green", "skipped": "yellow", "shown": "dim"}[fate.fate]
        where = ", ".join(map(str, fate.scenarios))
        cells = map(escape, (f"{fate.chapter}:{fate.line}", named, fate.kind))
        table.add_row(*cells, f"[{style}]{fate.fate}[/]", where, escape(fate.why))
    console.print(table)
    console.print(account(found), soft_wrap=True)
