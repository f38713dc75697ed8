"""Which commands of a scenario run its programs: by the names that they type."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from harness.plan.chapter import Block
from zenn.console import Exchange

Runs = Mapping[int, tuple[int, ...]]
"""The lines of the commands that run a program, or name a file, by the line of its block."""

_OUTPUT = re.compile(r"-o\s+([\w./+-]+)")


def runs(blocks: Sequence[Block], typed: Iterable[Exchange]) -> Runs:
    """For each program and file among `blocks` the later commands that what it does depends on.

    Those of a program run it, or name its file while others do; of one that another program
    includes (``import x``, ``#include "x.h"``) they are that one's. A program that nothing runs
    has none.
    """
    commands = {entry.line: entry.text for entry in typed if entry.prompt}
    found: dict[int, tuple[int, ...]] = {}

    def of(block: Block, through: tuple[int, ...] = ()) -> set[int]:
        later = {line: text for line, text in commands.items() if line > block.line}
        if block.kind == "file":
            return _lines(_named(*_names(block)), later)
        running = {line for pattern in _running(block, later) for line in _lines(pattern, later)}
        for other in blocks:
            is_another = other.kind == "program" and other.line not in (block.line, *through)
            if is_another and _includes(block).search(other.fence.whole):
                running |= of(other, (*through, block.line))
        naming = _lines(_named(_names(block)[0]), later)
        return running | naming if running else running

    for block in blocks:
        if block.kind in ("program", "file"):
            found[block.line] = tuple(sorted(of(block)))
    return found


def _lines(pattern: re.Pattern[str], commands: Mapping[int, str]) -> set[int]:
    return {line for line, text in commands.items() if pattern.search(text)}


def _names(block: Block) -> tuple[str, str]:
    """The name of its file without the folder, and that without the suffix."""
    path = PurePosixPath(block.fence.title)
    return path.name, path.stem


def _named(*names: str) -> re.Pattern[str]:
    """A text in which one of these names stands alone."""
    return re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, names))})(?![\w.-])")


def _includes(block: Block) -> re.Pattern[str]:
    """A text that includes the program: in Python by its module, in C by the name of a header."""
    name, stem = _names(block)
    if block.fence.language == "python":
        pattern = rf"(?:^|[;'\"])\s*(?:import|from)\s+{re.escape(stem)}\b"
        return re.compile(pattern, re.MULTILINE)
    return re.compile(rf'"{re.escape(name)}"' if name.endswith(".h") else r"(?!)")


def _running(block: Block, later: Mapping[int, str]) -> tuple[re.Pattern[str], ...]:
    """What a command looks like that runs a program: gives it to Python, or runs the file itself,
    or what was compiled from it.
    """
    name, stem = _names(block)
    file = re.escape(name)
    if block.fence.language == "python":
        runs_it = re.compile(
            rf"\bpython[\d.]*\b[^|;&\n]*(?<![\w.-]){file}(?![\w.-])"
            rf"|\bpython[\d.]*\b[^|;&\n]* -m {re.escape(stem)}(?![\w.-])"
            rf"|(?<![\w.-]){file}\b[^;&\n]*\| *(?:sudo )?python"
            rf"|(?:^|[;&|(] *|\b(?:sudo|exec|strace|timeout|unshare|nsenter)\b[^;&|\n]* )"
            rf"(?:\.|~)?/(?:\S*/)?{file}(?![\w.-])",
            re.MULTILINE,
        )
        return runs_it, _includes(block)
    if name.endswith(".h"):
        return ()
    executables = "|".join(map(re.escape, sorted(executables_of(block, later.values()))))
    compiled = rf"(?<![\w.-])(?:\./|/|~/|target/\w+/)(?:{executables})(?![\w.-])"
    by_cargo = rf"\bcargo run\b[^|;&\n]* --bin[ =]{re.escape(stem)}(?![\w.-])"
    return (re.compile(f"{compiled}|{by_cargo}"),)


def executables_of(block: Block, commands: Iterable[str]) -> set[str]:
    """The names of what the commands compile from a program, without their folders."""
    name, stem = _names(block)
    outs = (_OUTPUT.findall(text) for text in commands if name in text)
    return {PurePosixPath(out).name for found in outs for out in found} or {"a.out", stem}
