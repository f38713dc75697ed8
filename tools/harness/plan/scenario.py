"""Scenarios: the blocks that share one machine, and the steps that they take in it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain, pairwise
from operator import and_
from pathlib import Path, PurePosixPath
from typing import Literal

from packaging.specifiers import SpecifierSet

from harness.plan.chapter import Block, Chapter
from harness.plan.runs import Runs, runs
from harness.plan.settings import Settings
from zenn.console import Exchange, Prompt, exchanges
from zenn.fences import plain
from zenn.model import Mistake, at, raise_all

# A place of user space, as printf's %p and /proc/PID/maps have it; what reads or sets the choice.
_ADDRESSES = re.compile(
    r"\b(?:0x)?(?:7f|5[56])[0-9a-f]{10}\b|randomize_va_space|personality|setarch"
)

REPL_TERMINAL = "Python"


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
    has to end. `apart` is the block that shows its output where its own does not.
    """

    block: Block
    terminal: str
    exchange: Exchange
    user: str
    settings: Settings
    goes_on: Literal["key", "output", "running"] | None = None
    apart: Block | None = None

    @property
    def line(self) -> int:
        return self.exchange.line


Action = Put | Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """Blocks that share a machine, made for them and destroyed after them.

    `user` is the ordinary user there, who owns the files; `output` titles the blocks that show
    output and nothing else.
    """

    chapter: Path
    title: str
    user: str
    blocks: tuple[Block, ...]
    actions: tuple[Action, ...]
    output: str
    runs: Runs = field(compare=False)  # follows from the others

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
    def shows_addresses(self) -> bool:
        """Whether it looks at where things lie in memory, or at whether that is random."""
        fences = (block.fence for block in self.blocks)
        return any(_ADDRESSES.search(text) for one in fences for text in (one.text, one.whole))

    @property
    def kernel(self) -> SpecifierSet:
        """The kernels that all its blocks can run on."""
        return reduce(and_, (block.settings.kernel for block in self.blocks))


def scenarios(chapter: Chapter) -> tuple[Scenario, ...]:
    """Every scenario of a chapter, in the order of its blocks.

    Raises ChapterError where the chapter asks for what can't be: a program that nothing runs,
    output of nothing, a terminal opened twice.
    """
    found: list[Scenario] = []
    mistakes: list[Mistake] = []
    with at(chapter.path):
        groups = _groups(chapter)
    for group in groups:
        try:
            found += _of_group(chapter, group)
        except Mistake as mistake:
            mistakes.append(mistake)
    raise_all(chapter.path, mistakes)
    return tuple(sorted(found, key=lambda scenario: scenario.line))


def _of_group(chapter: Chapter, group: "_Group") -> Iterator[Scenario]:
    """The scenario of its blocks, and one of each program with a result."""
    blocks = [block for block in group.blocks if block.runs]
    results = [pair for pair in pairwise(blocks) if pair[1].kind == "result"]
    alone = [pair for pair in results if pair[0].kind == "program"]
    for program, result in alone:
        yield _solo(chapter, group.title, program, result)
    taken = {result.line for _, result in alone}
    together = [block for block in blocks if block.line not in taken]
    yield from _together(chapter, group.title, together, {program.line for program, _ in alone})


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
                why = "`same` belongs to the first block of a section: the others share its machine"
                raise Mistake(block.line, why)
            if block.settings.same and not groups:
                raise Mistake(block.line, "`same`: there is no section before")
            if block.settings.new or (fresh and not block.settings.same):
                groups.append(_Group(section.title, []))
            fresh = False
            groups[-1].blocks.append(block)
    return groups


def _solo(chapter: Chapter, title: str, program: Block, result: Block) -> Scenario:
    """A program by itself: compiled where needed, run, and its output compared."""
    name = PurePosixPath(program.fence.title)
    language = program.fence.language
    if name.name in ("", "..") or (language != "python" and not name.suffix):
        raise Mistake(program.line, f"`{name}` is no name for a program in {language}")
    source, out = shlex.quote(str(name)), shlex.quote(str(name.with_suffix("")))
    executable = out if name.is_absolute() else f"./{out}"
    commands = {
        "python": [f"python3 {source}"],
        "c": [f"gcc -Wall -Wextra -Wpedantic -o {out} {source}", executable],
        "rust": [f"rustc -o {out} {source}", executable],
    }[language]
    user = "root" if program.settings.root or result.settings.root else chapter.book.guest.user
    prompt = Prompt("#" if user == "root" else "$")
    settings = replace(program.settings, exit=None)
    steps = [
        Step(
            program,
            "",
            Exchange(program.line, prompt, (command,), None, (), program.line),
            user,
            settings,
        )
        for command in commands[:-1]
    ]
    last = Exchange(result.line, prompt, (commands[-1],), None, *_shown(result))
    put = Put(program, str(name), program.fence.whole)
    wanted = program.settings.exit if result.settings.exit is None else result.settings.exit
    run = Step(result, "", last, user, replace(settings, exit=wanted))
    actions: tuple[Action, ...] = (put, *steps, run)
    return Scenario(
        chapter.path,
        title,
        chapter.book.guest.user,
        (program, result),
        actions,
        chapter.book.output,
        {program.line: (result.line,)},
    )


def _together(
    chapter: Chapter, title: str, blocks: Sequence[Block], run_alone: set[int]
) -> Iterator[Scenario]:
    """The scenario of blocks that share a machine; `run_alone` are the lines of the programs that
    have one of their own already.
    """
    typed = {
        block.line: exchanges(block.fence.text, block.line + 1)
        for block in blocks
        if block.kind == "console"
    }
    run_by = dict(runs(blocks, chain(*typed.values())))
    unused = [b for b in blocks if b.kind == "program" and not run_by[b.line]]
    members = [block for block in blocks if block not in unused]
    for block in unused:
        if block.line not in run_alone:
            raise Mistake(
                block.line,
                f"nothing runs {block.fence.title}: add a console block of this section that runs "
                f"it, a ```text:{chapter.book.result} right after it, or before it "
                "`[//]: # (skip: WHY)`",
            )
    if not members:
        return
    actions: list[Action] = []
    opened: dict[str, Step] = {}
    for block in members:
        if block.kind == "console":
            entries = typed[block.line]
            terminal = block.fence.title
            if of_repl := _is_of_repl(block, entries):
                terminal = terminal or REPL_TERMINAL
            user = _user(chapter, block, opened.get(terminal))
            if of_repl and terminal not in opened:
                entries = (_repl(block, user), *entries)
            actions += (
                Step(block, terminal, exchange, user, block.settings) for exchange in entries
            )
            if actions and isinstance(actions[-1], Step):
                opened.setdefault(terminal, actions[-1])
        elif block.kind == "result":
            actions[-1] = last = _apart(block, actions[-1] if actions else None)
            run_by[block.line] = (last.line,)
        else:
            text = block.fence.whole
            mode = 0o755 if text.startswith("#!") else 0o644
            actions.append(Put(block, block.fence.title, text, mode))
    of_all = tuple(_with_ends(actions))
    yield Scenario(
        chapter.path,
        title,
        chapter.book.guest.user,
        tuple(members),
        of_all,
        chapter.book.output,
        run_by,
    )


def _shown(result: Block) -> tuple[tuple[str, ...], int]:
    """The lines of output that a block shows, and the line of the first."""
    text = result.fence.text
    return tuple(text.removesuffix("\n").split("\n")) if text else (), result.line + 1


def _apart(result: Block, last: Action | None) -> Step:
    """The last step of the console block before, whose output this block shows."""
    if not isinstance(last, Step) or not (last.exchange.prompt or last.exchange.key):
        raise Mistake(result.line, "the block before it types nothing that could have printed this")
    if last.exchange.output:
        why = f"`{last.exchange.text}` shows its output in its own block: show all of it here"
        raise Mistake(result.line, why)
    output, line = _shown(result)
    exchange = replace(last.exchange, output=output, output_line=line)
    return replace(last, exchange=exchange, apart=result)


def _is_of_repl(block: Block, entries: Sequence[Exchange]) -> bool:
    """Whether a block is ```pycon of Python alone, which has a REPL without starting one.

    Its terminal is its own, and the same for all such blocks of a scenario.
    """
    begins = entries[0].prompt if entries else None
    of_python = plain(block.fence.language) in ("pycon", "python-console")
    return of_python and begins is not None and begins.sign == ">>>"


def _repl(block: Block, user: str) -> Exchange:
    prompt = Prompt("#" if user == "root" else "$")
    return Exchange(block.line, prompt, ("python3 -q",), None, (), block.line)


def _user(chapter: Chapter, block: Block, opened: Step | None) -> str:
    """Who a terminal is opened for. Only the block that opens it can say."""
    if not opened:
        return "root" if block.settings.root else chapter.book.guest.user
    if block.settings.root and opened.user != "root":
        raise Mistake(
            block.line,
            f"the terminal is open already, for {opened.user} (line {opened.block.line}): "
            "write `root` there, or give this one another name",
        )
    return opened.user


def _with_ends(actions: Sequence[Action]) -> Iterator[Action]:
    """Say of each step whether it has to end before the next of its terminal."""
    following: dict[int, Step] = {}  # by the line of the step before
    last: dict[str, Step] = {}
    for action in actions:
        if isinstance(action, Step):
            if action.terminal in last:
                following[last[action.terminal].line] = action
            last[action.terminal] = action
    typed: set[str] = set()
    for action in actions:
        if isinstance(action, Put):
            yield action
            continue
        if action.exchange.prompt or action.exchange.key:
            typed.add(action.terminal)
        elif action.terminal not in typed:
            raise Mistake(
                action.line,
                "output of nothing: nothing was typed into this terminal before "
                "(a command begins with `$ ` or `# `)",
            )
        yield replace(action, goes_on=_goes_on(action, following.get(action.line)))


def _goes_on(step: Step, after: Step | None) -> Literal["key", "output", "running"] | None:
    if after and after.exchange.key:
        return "key"
    if after and not after.exchange.prompt:
        return "output"
    return "running" if not after and step.settings.running else None
