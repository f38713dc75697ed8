"""Scenarios: the blocks that share one machine, and the steps that they take in it."""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from pathlib import Path, PurePosixPath
from typing import Literal

from harness.plan.chapter import Block, Chapter
from harness.plan.settings import Settings
from harness.plan.versions import Range
from zenn.console import Entry, Prompt, parse
from zenn.model import ChapterError

WORD = r"[\w./+-]+"


@dataclass(frozen=True, slots=True)
class Put:
    """A file that appears in the machine."""

    block: Block
    path: str
    text: str
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Step:
    """One thing typed into a terminal, and what the text shows after it.

    `goes_on` says why the command may be running still when the next step of its terminal comes:
    a key is typed then, more output is shown then, or the author said `running`. None: the step
    has to end.
    """

    block: Block
    terminal: str
    entry: Entry
    user: str
    settings: Settings
    goes_on: Literal["key", "output", "running"] | None = None

    @property
    def line(self) -> int:
        return self.entry.line


Action = Put | Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """Blocks that share a machine, made for them and destroyed after them.

    `user` is the ordinary user there, who owns the files.
    """

    chapter: Path
    title: str
    user: str
    blocks: tuple[Block, ...]
    actions: tuple[Action, ...]

    @property
    def line(self) -> int:
        return self.blocks[0].line

    @property
    def end(self) -> int:
        return self.blocks[-1].fence.end

    @property
    def name(self) -> str:
        return f"{self.chapter}:{self.line}"

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(action for action in self.actions if isinstance(action, Step))

    @property
    def needs_vm(self) -> bool:
        return any(block.settings.vm for block in self.blocks)

    @property
    def kernel(self) -> Range:
        """The kernels that all its blocks can run on."""
        return reduce(and_, (block.settings.kernel for block in self.blocks))


def scenarios(chapter: Chapter) -> tuple[Scenario, ...]:
    """Every scenario of a chapter, in the order of its blocks.

    Raises ChapterError where the chapter asks for what can't be: a program that nothing runs,
    output of nothing, a terminal opened twice.
    """
    found: list[Scenario] = []
    for group in _groups(chapter):
        shared = [block for block in group.blocks if block.runs]
        alone = list(_alone(shared))
        for program, result in alone:
            found.append(_solo(chapter, group.title, program, result))
        results = {id(block) for _, block in alone}
        together = [block for block in shared if id(block) not in results]
        found += _together(chapter, group.title, together, {id(one) for one, _ in alone})
    return tuple(sorted(found, key=lambda scenario: scenario.line))


@dataclass(slots=True)
class _Group:
    title: str
    blocks: list[Block]


def _groups(chapter: Chapter) -> list[_Group]:
    """Sections, cut at `new` and joined at `same`."""
    groups: list[_Group] = []
    for section in chapter.sections:
        fresh = True
        for block in section.blocks:
            if block.settings.same and not fresh:
                raise ChapterError(
                    chapter.path,
                    block.line,
                    "`same` belongs to the first block of a section: the others share its machine",
                )
            if block.settings.same and not groups:
                raise ChapterError(chapter.path, block.line, "`same`: there is no section before")
            if block.settings.new or (fresh and not block.settings.same):
                groups.append(_Group(section.title, []))
            fresh = False
            groups[-1].blocks.append(block)
    return groups


def _alone(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    for index, block in enumerate(blocks):
        if block.kind == "result":
            yield blocks[index - 1], block


def _solo(chapter: Chapter, title: str, program: Block, result: Block) -> Scenario:
    """A program by itself: compiled where needed, run, and its output compared."""
    name = PurePosixPath(program.fence.title)
    language = program.fence.language
    if name.name in ("", "..") or (language != "python" and not name.suffix):
        raise ChapterError(
            chapter.path, program.line, f"`{name}` is no name for a program in {language}"
        )
    source, out = shlex.quote(str(name)), shlex.quote(str(name.with_suffix("")))
    executable = out if name.is_absolute() else f"./{out}"
    commands = {
        "python": [f"python3 {source}"],
        "c": [f"gcc -Wall -Wextra -Wpedantic -o {out} {source}", executable],
        "rust": [f"rustc -o {out} {source}", executable],
    }[language]
    user = "root" if program.settings.root or result.settings.root else chapter.book.guest.user
    prompt = Prompt("#" if user == "root" else "$")
    text = result.fence.text
    output = tuple(text.removesuffix("\n").split("\n")) if text else ()
    settings = replace(program.settings, exit=None)
    steps = [
        Step(
            program,
            "",
            Entry(program.line, prompt, (command,), None, (), program.line),
            user,
            settings,
        )
        for command in commands[:-1]
    ]
    last = Entry(result.line, prompt, (commands[-1],), None, output, result.line + 1)
    put = Put(program, str(name), program.fence.whole)
    wanted = program.settings.exit if result.settings.exit is None else result.settings.exit
    run = Step(result, "", last, user, replace(settings, exit=wanted))
    actions: tuple[Action, ...] = (put, *steps, run)
    return Scenario(chapter.path, title, chapter.book.guest.user, (program, result), actions)


def _together(
    chapter: Chapter, title: str, blocks: Sequence[Block], run_alone: set[int]
) -> list[Scenario]:
    entries = {
        id(block): parse(block.fence.text, block.line + 1)
        for block in blocks
        if block.kind == "console"
    }
    commands = [
        (entry.line, entry.text) for found in entries.values() for entry in found if entry.prompt
    ]
    members = []
    for block in blocks:
        if block.kind == "program" and not _is_run(block, blocks, commands):
            if id(block) in run_alone:
                continue
            raise ChapterError(
                chapter.path,
                block.line,
                f"nothing runs {block.fence.title}: add a console block of this section that runs "
                f"it, a ```text:{chapter.book.result} right after it, or before it "
                "`[//]: # (skip: WHY)`",
            )
        members.append(block)
    if not members:
        return []
    actions: list[Action] = []
    opened: dict[str, Step] = {}
    for block in members:
        if block.kind == "console":
            terminal = block.fence.title
            user = _user(chapter, block, opened.get(terminal))
            actions += (
                Step(block, terminal, entry, user, block.settings) for entry in entries[id(block)]
            )
            if actions and isinstance(actions[-1], Step):
                opened.setdefault(terminal, actions[-1])
        else:
            text = block.fence.whole
            mode = 0o755 if text.startswith("#!") else 0o644
            actions.append(Put(block, block.fence.title, text, mode))
    actions = list(_with_ends(chapter.path, actions))
    user = chapter.book.guest.user
    return [Scenario(chapter.path, title, user, tuple(members), tuple(actions))]


def _user(chapter: Chapter, block: Block, opened: Step | None) -> str:
    """Who a terminal is opened for. Only the block that opens it can say."""
    if not opened:
        return "root" if block.settings.root else chapter.book.guest.user
    if block.settings.root and opened.user != "root":
        raise ChapterError(
            chapter.path,
            block.line,
            f"the terminal is open already, for {opened.user} (line {opened.block.line}): "
            "write `root` there, or give this one another name",
        )
    return opened.user


def _with_ends(path: Path, actions: Sequence[Action]) -> Iterator[Action]:
    """Say of each step whether it has to end before the next of its terminal."""
    following: dict[int, Step | None] = {}
    after: dict[str, Step] = {}
    for action in reversed(actions):
        if isinstance(action, Step):
            following[id(action)] = after.get(action.terminal)
            after[action.terminal] = action
    typed: set[str] = set()
    for action in actions:
        if isinstance(action, Put):
            yield action
            continue
        if action.entry.prompt or action.entry.key:
            typed.add(action.terminal)
        elif action.terminal not in typed:
            raise ChapterError(
                path,
                action.line,
                "output of nothing: nothing was typed into this terminal before "
                "(a command begins with `$ ` or `# `)",
            )
        yield replace(action, goes_on=_goes_on(action, following[id(action)]))


def _goes_on(step: Step, after: Step | None) -> Literal["key", "output", "running"] | None:
    if after and after.entry.key:
        return "key"
    if after and not after.entry.prompt:
        return "output"
    return "running" if not after and step.settings.running else None


def _is_run(program: Block, blocks: Iterable[Block], commands: Sequence[tuple[int, str]]) -> bool:
    """Whether a later command runs a program, or another program of the section includes it."""
    name = PurePosixPath(program.fence.title)
    later = [text for line, text in commands if line > program.line]
    others = [b.fence.whole for b in blocks if b.kind == "program" and b is not program]
    if program.fence.language == "python":
        return any(map(_python_runs(name).search, later)) or any(
            map(_imports(name.stem).search, [*later, *others])
        )
    if name.suffix == ".h":
        return any(re.search(rf'"{re.escape(name.name)}"', text) for text in others)
    outputs = {
        PurePosixPath(out).name
        for text in later
        if name.name in text
        for out in re.findall(rf"-o\s+({WORD})", text)
    }
    executables = outputs or {"a.out", name.stem}
    return any(
        re.search(rf"(?<![\w.-]){re.escape(directory)}{re.escape(executable)}(?![\w.-])", text)
        for text in later
        for executable in executables
        for directory in ("./", "/", "~/")
    )


def _python_runs(name: PurePosixPath) -> re.Pattern[str]:
    """A command that gives a program to Python, or runs the file itself."""
    file, stem = re.escape(name.name), re.escape(name.stem)
    return re.compile(
        rf"\bpython[\d.]*\b[^|;&\n]*(?<![\w.-]){file}(?![\w.-])"
        rf"|\bpython[\d.]*\b[^|;&\n]* -m {stem}(?![\w.-])"
        rf"|(?<![\w.-]){file}\b[^;&\n]*\| *(?:sudo )?python"
        rf"|(?:^|[;&|(] *|\b(?:sudo|exec|strace|timeout|unshare|nsenter)\b[^;&|\n]* )"
        rf"(?:\.|~)?/(?:\S*/)?{file}(?![\w.-])",
        re.MULTILINE,
    )


def _imports(stem: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[;'\"])\s*(?:import|from)\s+{re.escape(stem)}\b", re.MULTILINE)
