"""Whether a program has run that commands of the text name: what the kernel has seen of it."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from harness.guest.programs.seen import UNKNOWN
from harness.plan.chapter import Block
from harness.plan.runs import executables_of
from harness.plan.scenario import Put, Scenario

_PYTHON = re.compile(r"(?:bpython|ipython|python[\d.]*)")
_COMPILER = re.compile(r"cc1(?:plus|obj)?|cpp|t?cc|clang[\d.+-]*|rustc|ld|as|gcc.*|.*-gcc.*")
# What they write may be run in the file's place: a copy, an edited one.
_COPIERS = {
    "cp", "install", "mv", "tar", "cpio", "rsync", "sed", "patch", "dd", "tee", "ed", "perl",
    "bash", "dash", "sh", "busybox", "coreutils", "make", UNKNOWN,
}  # fmt: skip


def unrun(scenario: Scenario, seen: dict[str, Any] | None) -> Iterator[int]:
    """The lines of the blocks whose programs have not run.

    A program in Python has run if a Python has opened it, or has been executed at or after the
    first command that is to run it while a copy of it may have been made. One that is compiled has
    if a compiler has opened it, and what has the name of the outcome has been executed then.
    """
    if seen is None:
        return
    paths = {one.block.line: one.path for one in scenario.actions if isinstance(one, Put)}
    commands = {one.line: "\n".join(one.exchange.lines) for one in scenario.interactions}
    for block in scenario.blocks:
        lines = scenario.runs.get(block.line)
        if block.kind != "program" or not lines:
            continue
        by = {who for line, path, who in seen["opened"]
              if path == paths[block.line] and line >= block.line}  # fmt: skip
        executed = {name for line, name in seen["executed"] if line >= lines[0]}
        if not _has_run(block, by, executed, commands.values()):
            yield block.line


def _has_run(block: Block, by: set[str], executed: set[str], commands: Collection[str]) -> bool:
    copied = bool(by & _COPIERS) or any(
        re.search(rf"{re.escape(block.fence.title)}[^;&\n]*\|\s*(?:sudo )?python", text)
        for text in commands
    )
    if block.fence.language == "python":
        runs = any(map(_PYTHON.fullmatch, executed))
        return any(map(_PYTHON.fullmatch, by)) or (copied and bool(by) and runs)
    compiled = copied or any(map(_COMPILER.fullmatch, by))
    is_header = block.fence.title.endswith(".h")
    return compiled and (is_header or bool(executables_of(block, commands) & executed))
