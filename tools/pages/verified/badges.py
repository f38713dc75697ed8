"""What is known of each block of a chapter: the verdict that its badge shows."""

import json
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from zenn.model import Document, Fence

Verdict = Literal["passed", "failed", "skipped", "shown", "unverified"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a run that stands for another one of the text, and where the run has it.

    `line` and `column` count from 0, among the lines typed or among those of the output.
    """

    kind: str
    text: str
    run: str
    where: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a run, or a key, and what the terminal showed after it.

    `difference` is that to the text, lines after a sign (see `harness.record`); empty where none.
    """

    terminal: str
    prompt: str
    command: str
    output: str
    status: int | None
    difference: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Badge:
    """The verdict on one block; `reason` says why it failed, was skipped or is unverified.

    `machine`, `kernel`, `software` (versions by name) and `date` (UTC, ISO 8601) are empty where
    nothing ran. `seconds` is how long the block's own steps took.
    """

    verdict: Verdict
    reason: str = ""
    kind: str = ""
    machine: str = ""
    kernel: str = ""
    date: str = ""
    seconds: float = 0.0
    software: Mapping[str, str] = field(default_factory=dict)
    transcript: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One block of the record `build/verification.json`, which `harness.record` describes."""

    chapter: str
    digest: str
    scenario: frozenset[str]
    badge: Badge


def load_record(file: Path) -> tuple[Entry, ...]:
    """Read the record; one that is missing or can't be read says nothing of any block."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return tuple(map(_entry, record["blocks"])) if record["version"] == 2 else ()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def badges(document: Document, chapter: str, record: Sequence[Entry]) -> tuple[Badge, ...]:
    """Return a badge for each of ``document.fences``; `chapter` is how the record names it.

    An entry speaks of the fence with its digest, while every block of its scenario still stands in
    the chapter; blocks that are equal take equal entries in their order.
    """
    present = {fence.digest for fence in document.fences}
    known: defaultdict[str, deque[Entry]] = defaultdict(deque)
    entries = [entry for entry in record if entry.chapter == chapter]
    for entry in entries:
        known[entry.digest].append(entry)
    return tuple(
        _badge(fence, known[fence.digest], present, verified_before=bool(entries))
        for fence in document.fences
    )


def _badge(fence: Fence, known: deque[Entry], present: set[str], *, verified_before: bool) -> Badge:
    entry = known.popleft() if known else None
    if entry and entry.scenario <= present:
        return entry.badge
    if fence.kind == "shown":
        return Badge("shown")
    return Badge("unverified", "変更後は未検証です" if verified_before else "")


def _entry(block: dict[str, Any]) -> Entry:
    verdict: Verdict = block["verdict"]
    if verdict not in ("passed", "failed", "skipped", "shown"):
        raise ValueError(verdict)
    return Entry(
        chapter=str(block["chapter"]),
        digest=str(block["digest"]),
        scenario=frozenset(block.get("scenario", ())),
        badge=Badge(
            verdict=verdict,
            reason=str(block.get("reason", "")),
            kind=str(block.get("kind", "")),
            machine=str(block.get("machine", "")),
            kernel=str(block.get("kernel", "")),
            date=str(block.get("date", "")),
            seconds=float(block.get("seconds", 0)),
            software={str(name): str(v) for name, v in block.get("software", {}).items()},
            transcript=tuple(_step(step) for step in block.get("transcript", ())),
        ),
    )


def _step(step: dict[str, Any]) -> Step:
    status = step.get("status")
    return Step(
        terminal=str(step.get("terminal", "")),
        prompt=str(step.get("prompt", "")),
        command=str(step.get("command", "")),
        output=str(step.get("output", "")),
        status=status if isinstance(status, int) else None,
        difference=tuple(map(str, step.get("difference", ()))),
        values=tuple(Value(**value) for value in step.get("values", ())),
    )
