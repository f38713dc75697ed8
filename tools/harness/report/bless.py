"""`--update`: writing what the runs showed into the chapters, where it differs from the text.

Only output is rewritten, and only of steps that ended as they should: a step that timed out, a
prompt that lied, or a command that failed where the text doesn't say so, is left to its author.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from harness.compare import ELISIONS
from harness.plan.chapter import Block
from harness.plan.scenario import Interaction
from harness.record import Step
from harness.report.words import words
from harness.run.verdict import Result
from zenn.console import rows
from zenn.guard import HIDDEN
from zenn.includes import is_directive

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")  # as Markdown has lines, and no others

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}) *")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffd]")


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a chapter that give way to others. `first` is 1-based; `old` may be empty."""

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    indent: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A difference that is not written into the chapter, and why."""

    line: int
    reason: str


def edits(results: Iterable[Result]) -> tuple[list[Edit], list[Refusal]]:
    """What to change in one chapter, by the results of its scenarios, in the order of its lines."""
    wanted: dict[int, Edit] = {}
    refused: dict[int, Refusal] = {}
    for result in results:
        planned = {one.line: one for one in result.scenario.interactions}
        for block, entry in zip(result.scenario.blocks, result.entries, strict=True):
            for step in entry.steps:
                if step.passed:
                    continue
                plan = planned[step.line]
                where, old, exact = plan.apart or block, plan.exchange.output, plan.settings.exact
                if why := _unfit(where, old, exact, step) or _failed(step, _wanted(plan)):
                    refused[step.line] = Refusal(step.line, why)
                else:
                    indent = where.fence.indent
                    wanted[step.line] = Edit(step.output_line, old, step.corrected, indent)
    return [wanted[line] for line in sorted(wanted)], [refused[line] for line in sorted(refused)]


def _unfit(block: Block, old: Sequence[str], exact: bool, step: Step) -> str | None:
    """Why a step that has failed can't be written into its block; `old` is what that shows, each
    line for itself if that is `exact`."""
    if step.reason and not step.differs:
        return words(step.reason)
    if block.fence.included:
        return "its text is included from snippets/"
    if block.kind == "program":
        return "the compiler said something"
    for line in step.corrected:
        if line in ELISIONS and line not in old and not exact:
            return f"the output line `{line}` would be read as an elision: write the word `exact`"
        if _FENCE.fullmatch(line):
            return f"the output line `{line}` would end the block"
        if is_directive(line):
            return f"the output line `{line.strip()}` would include a file"
        if hidden := HIDDEN.search(line):
            return f"the output has U+{ord(hidden[0]):04X}, which nobody sees: show it by `cat -v`"
        if _CONTROL.search(line):
            return "the output has control characters: show it by way of `cat -v` or xxd"
    if block.kind == "console":
        typed = "x" if "\n" in step.text else step.text
        text = "\n".join((f"{step.prompt or '$ '}{typed}", *step.corrected)) + "\n"
        for row in rows(text, block.settings.manner)[1:]:
            if row.kind != "output":
                return f"the output line `{row.shown + row.text}` would be read as something typed"
    return None


def _wanted(plan: Interaction) -> int | None:
    """The status that the text gives a command."""
    said = plan.exchange.status
    return plan.settings.exit if said is None else said


def _failed(step: Step, wanted: int | None) -> str | None:
    """Why what a command says that has failed is not written: the text doesn't say that it fails.

    The text would be green from then on, with an error in it that nobody has read.
    """
    if not step.prompt or not step.status or step.status == wanted:
        return None
    status = step.status
    return f"it failed with status {status}: if that is meant, write `exit={status}`"


def offers(result: Result) -> Iterator[str]:
    """For each block of a scenario whose output was written, and differs again, what to write above
    it: the values that were not the same in two runs. A sentence each."""
    for entry in result.entries:
        pairs = [pair for step in entry.steps for pair in pairwise(step.difference)]
        both = [(a.text, b.text) for a, b in pairs if (a.kind, b.kind) == ("missing", "extra")]
        values = dict.fromkeys(value for pair in both for value in _changed(*pair))
        if values:
            listed = ", ".join(f"{value} {_kind(value)}" for value in values)
            yield (
                f"{entry.chapter}:{entry.line}: not the same in two runs: if nobody chose it, "
                f"write before the block `[//]: # (varies: {listed})`"
            )


def _changed(text: str, run: str) -> Iterator[str]:
    """The words of the text that are others in the run, where all between them is the same."""
    ours, theirs = (re.split(r"(\w+)", " ".join(line.split())) for line in (text, run))
    if ours[::2] == theirs[::2]:
        yield from (
            one for one, other in zip(ours[1::2], theirs[1::2], strict=True) if one != other
        )


def _kind(value: str) -> str:
    return "number" if re.fullmatch(r"\d+|0x[0-9a-f]+", value) else "name"


def apply(text: bytes, changes: Iterable[Edit]) -> bytes:
    """The chapter with the changes made; every other byte, and its line endings, as they were.

    Raises ValueError where the text is not the one that the changes were made for.
    """
    lines = _LINE.findall(text.decode("utf-8"))
    for change in sorted(changes, key=lambda change: change.first, reverse=True):
        begin, end = change.first - 1, change.first - 1 + len(change.old)
        there = [line.rstrip() for line in lines[begin:end]]
        if begin > len(lines) or there != [(change.indent + old).rstrip() for old in change.old]:
            raise ValueError(f"line {change.first} is not what it was when the run began")
        ending = _ending(lines[begin] if change.old else lines[begin - 1])
        new = [(change.indent + line).rstrip() + ending for line in change.new]
        lines[begin:end] = new
    return "".join(lines).encode("utf-8")


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :] or "\n"


def difference(path: Path, old: bytes, new: bytes) -> list[str]:
    """What has changed in a chapter, as the lines of a unified diff."""
    before, after = (text.decode("utf-8").splitlines() for text in (old, new))
    name = path.as_posix()
    return list(difflib.unified_diff(before, after, name, name, lineterm="", n=2))
