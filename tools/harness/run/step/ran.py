"""Whether a program has run that commands of the text name: what the kernel has seen of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from harness.plan.chapter import Block
from harness.plan.runs import executables_of
from harness.plan.scenario import Put, Scenario

_PYTHON = re.compile(r"(?:bpython|ipython|python[\d.]*)")
# Options of python(1): letters, of which the last may take what follows.
_OPTION = re.compile(r"-[bBdEiIOPqRsSuvx]*([cmWX])(.*)", re.DOTALL)
# Modules and scripts that run the program which they are given.
_RUNNERS = {
    "pdb", "trace", "cProfile", "profile", "unittest", "doctest", "timeit", "runpy",
    "pytest", "py.test", "coverage", "ipython", "ipython3", "bpython",
}  # fmt: skip
_EXECUTES = re.compile(r"\bexec\s*\(|\brunpy\b|\bimportlib\b|\b__import__\b")


def unrun(scenario: Scenario, seen: dict[str, Any] | None) -> Iterator[int]:
    """The lines of the blocks whose programs have not run.

    One in Python has run if a Python that was called to run it, or something that imports it, has
    opened it or a copy. One that is compiled has if what was made of it has been executed. Where it
    goes through a pipe the kernel doesn't see that it does, and what has been executed has to do.
    """
    if seen is None:
        return
    paths = {one.block.line: one.path for one in scenario.actions if isinstance(one, Put)}
    commands = [action.exchange.text for action in scenario.interactions]
    for block in scenario.blocks:
        if block.kind != "program" or not scenario.runs.get(block.line):
            continue
        ours = {
            kind: [how for line, *how in told if line >= block.line] for kind, told in seen.items()
        }
        opened = [how for path, *how in ours["opened"] if path == paths[block.line]]
        executed = {name for (name,) in ours["executed"]}
        if block.fence.language == "python":
            texts = [*commands, *(one.fence.whole for one in scenario.blocks if one is not block)]
            has_run = any(
                by == "python" and _runs(block, file, words, texts) for by, file, words in opened
            )
            by_others = any(map(_PYTHON.fullmatch, executed))
        else:
            has_run = [paths[block.line]] in ours["ran"]
            by_others = bool(executables_of(block, commands) & executed)
        if not has_run and not (opened and by_others and _is_piped(block, commands)):
            yield block.line


def _is_piped(block: Block, commands: Iterable[str]) -> bool:
    """Whether a command gives it to what runs or compiles it through a pipe."""
    name = re.escape(PurePosixPath(block.fence.title).name)
    to = "python" if block.fence.language == "python" else r"(?:\S*cc|clang)\b"
    piped = re.compile(rf"{name}[^;&\n]*\|\s*(?:sudo )?{to}|cc\b[^;&\n]* (?:-pipe|-x ?c)\b")
    return any(piped.search(text) for text in commands)


def _runs(block: Block, file: str, words: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a Python that was called with these words runs a program that it has opened by the
    name of `file`. `texts` are what it may read instead of a script."""
    if not words:  # it has ended before anybody could ask
        return True
    how, what = _given(words[1:])
    if how == "m":
        return what in (PurePosixPath(file).stem, *_RUNNERS)
    name = PurePosixPath(what).name
    if how == "script" and what != "-":
        through = file == "__main__.py" or what.startswith(("/dev/", "/proc/"))
        if through or name in (file, *_RUNNERS):
            return True
    stem = re.escape(PurePosixPath(block.fence.title).stem)
    imports = re.compile(rf"\b(?:import|from)\s[^;\n#]*\b{stem}\b")
    given = [what] if how == "c" else texts
    return any(imports.search(text) or _EXECUTES.search(text) for text in given)


def _given(words: Sequence[str]) -> tuple[str, str]:
    """What Python is given, without its options: ``c`` or ``m`` and what follows, or a script."""
    rest = iter(words)
    for word in rest:
        found = _OPTION.fullmatch(word)
        if found and found[1] in "cm":
            return found[1], found[2] or next(rest, "")
        if found or word == "--check-hash-based-pycs":
            if not (found and found[2]):
                next(rest, None)
        elif word == "-" or not word.startswith("-"):
            return "script", word
    return "script", "-"
