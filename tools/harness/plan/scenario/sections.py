"""The scenarios of a chapter: its blocks by sections, and what each is to do in its machine."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from harness.compare.shapes import standing
from harness.plan.chapter import Block, Chapter
from harness.plan.runs import Runs, runs
from harness.plan.scenario.actions import Action, Interaction, Put, Scenario
from harness.plan.scenario.ends import with_ends
from harness.plan.scenario.reader import by_reader
from harness.plan.settings import Where
from zenn.console import Exchange, Prompt, exchanges
from zenn.fences import PROGRAMS, kernel_of, plain
from zenn.includes import expand
from zenn.model import Heading, Mistake, at, raise_all

REPL_TERMINAL = "Python"
COMPILE_SECONDS = 120  # at least, of which no author knows: an emulated gcc can take over 30


class Section(NamedTuple):
    """The scenarios of a section, or of its part that ends before the word `new` or begins there;
    those of programs with a result may lie within another. `line` is that of its first block, be it
    run or not."""

    line: int
    new: bool
    scenarios: tuple[Scenario, ...]


def scenarios(chapter: Chapter) -> tuple[Scenario, ...]:
    """Every scenario of a chapter, in the order of its blocks; as a reader types them, where they
    are run on the reader's machine alone. Raises as `sections` does.
    """
    readers = chapter.outfit.readers
    there = sections(chapter, "reader" if readers else "guest")
    found = (one for section in there for one in section.scenarios)
    each = map(by_reader, found) if readers else found
    return tuple(sorted(each, key=lambda scenario: scenario.line))


def sections(chapter: Chapter, where: Where) -> tuple[Section, ...]:
    """The sections of a chapter with what is run `where`, be it nothing.

    Raises ChapterError where the chapter asks for what can't be: a program that nothing runs,
    output of nothing, a terminal opened twice.
    """
    found, mistakes = list[Section](), list[Mistake]()
    with at(chapter.path):
        groups = _groups(chapter)
    for title, blocks, beside in groups:
        there = [block for block in blocks if block.runs_on(where)]
        given = [block for block in beside if block.runs_on(where)]
        try:
            those = tuple(_of(chapter, title, there, given))
            _check_varying(there, those)
            found.append(Section(blocks[0].line, blocks[0].settings.new, those))
        except Mistake as mistake:
            mistakes.append(mistake)
    raise_all(chapter.path, mistakes)
    return tuple(found)


def _check_varying(blocks: Sequence[Block], of: Sequence[Scenario]) -> None:
    """Raise Mistake for a value that is said to vary and that no output of its scenarios shows: no
    run could say what stands for it."""
    for block in blocks:
        steps = (step for one in of if block in one.blocks for step in one.interactions)
        lines = [line for step in steps for line in step.exchange.output]
        for value in block.varies:
            if not any(standing(value.value).search(line) for line in lines):
                said = (c.line for c in block.fence.comments if value.value in c.text)
                why = f"`varies: {value.value}`: no output that is compared here shows that value"
                raise Mistake(next(said, block.line), why)


def _groups(chapter: Chapter) -> list[tuple[str, list[Block], list[Block]]]:
    """A section's title and its blocks, for each; cut at `new`, joined at `same`. A chapter that
    has one machine is one section.

    The third are the programs and files that its machine has beside: of blocks that are named after
    kernels and follow each other, each has those that stand before the first.
    """
    whole = chapter.outfit.whole
    levels = () if whole else (1, 2)
    headings = [heading for heading in chapter.document.headings if heading.level in levels]

    def heading_of(block: Block) -> Heading | None:
        return next((one for one in reversed(headings) if one.line < block.line), None)

    groups: list[tuple[str, list[Block], list[Block]]] = []
    settled = (b for b in chapter.blocks if b.runs or b.settings.same or b.settings.new)
    for heading, blocks in groupby(settled, heading_of):
        for number, block in enumerate(blocks):
            if block.settings.same and number > 0 and not whole:
                why = "`same` belongs to the first block of a section: the others share its machine"
                raise Mistake(block.line, why)
            if block.settings.same and not groups and not whole:
                raise Mistake(block.line, "`same`: there is no section before")
            if block.settings.new or not groups or (number == 0 and not block.settings.same):
                beside = _beside(block, groups[-1][1:]) if number > 0 else []
                groups.append((heading.text if heading else "", [], beside))
            groups[-1][1].append(block)
    return groups


def _beside(block: Block, before: tuple[list[Block], list[Block]]) -> list[Block]:
    """The programs and files of the machine before, where this block shows another kernel's."""
    blocks, beside = before
    last = next((one for one in reversed(blocks) if one.kind != "result"), None)
    if not last or not kernel_of(block.fence) or not kernel_of(last.fence):
        return []
    return [*beside, *(one for one in blocks if one.kind in ("program", "file"))]


def _of(
    chapter: Chapter, title: str, blocks: Sequence[Block], beside: Sequence[Block]
) -> Iterator[Scenario]:
    """The scenario of blocks that run, and one of each program with a result."""
    results = [pair for pair in pairwise(blocks) if pair[1].kind == "result"]
    alone = [pair for pair in results if pair[0].kind == "program"]
    for program, result in alone:
        yield _solo(chapter, title, program, result)
    taken = {result.line for _, result in alone}
    together = [block for block in blocks if block.line not in taken]
    run_alone = {program.line for program, _ in alone}
    yield from _together(chapter, title, together, run_alone, beside)


def _solo(chapter: Chapter, title: str, program: Block, result: Block) -> Scenario:
    """A program by itself: compiled where needed, run, and its output compared."""
    name = PurePosixPath(program.fence.title)
    language = PROGRAMS[program.fence.language]
    project = dict(_projects(chapter, (program,)))
    said = (language.by_project if project else None) or language.alone
    if name.name in ("", "..") or (said.compiling and not name.suffix):
        raise Mistake(
            program.line, f"`{name}` is no name for a program in {program.fence.language}"
        )
    out = shlex.quote(str(name.with_suffix("")))
    named = {"source": shlex.quote(str(name)), "out": out, "name": shlex.quote(name.stem)}
    named["run"] = out if name.is_absolute() else f"./{out}"
    compiling = [said.compiling.format(**named)] if said.compiling else []
    running = said.running.format(**named)
    user = chapter.outfit.guest.user
    runs_as = "root" if program.settings.root or result.settings.root else user
    wanted = program.settings.exit if result.settings.exit is None else result.settings.exit

    def typed(block: Block, command: str, *output: str, exit: int | None = None) -> Interaction:
        prompt = Prompt("#" if runs_as == "root" else "$")
        output_line = block.line + (block is result)
        exchange = Exchange(block.line, prompt, (command,), None, output, output_line)
        wait = program.settings.timeout
        settings = replace(
            program.settings,
            exit=exit,
            exact=result.settings.exact,
            timeout=wait if block is result else max(wait, COMPILE_SECONDS),
        )
        return Interaction(block, "", exchange, runs_as, settings)

    actions: tuple[Action, ...] = (
        *_given(chapter, (program,)),
        Put(program, str(name), program.fence.whole),
        *(typed(program, command) for command in compiling),
        typed(result, running, *_shown(result), exit=wanted),
    )
    run_by = {program.line: (result.line,)}
    return _made(chapter, title, (program, result), actions, run_by)


def _together(
    chapter: Chapter,
    title: str,
    blocks: Sequence[Block],
    run_alone: set[int],
    beside: Sequence[Block],
) -> Iterator[Scenario]:
    """The scenario of blocks that share a machine, if there are any; `run_alone` are the lines of
    the programs that have one of their own already. What is `beside` them is there from the
    beginning.
    """
    typed = {
        block.line: exchanges(block.fence.text, block.line + 1, block.settings.manner)
        for block in blocks
        if block.kind == "console"
    }
    run_by = dict(runs(blocks, chain(*typed.values())))
    members = []
    for block in blocks:
        if block.kind != "program" or run_by[block.line]:
            members.append(block)
        elif block.line not in run_alone:
            raise Mistake(
                block.line,
                f"nothing runs {block.fence.title}: add a console block of this section that runs "
                f"it, a ```text:{chapter.book.result} right after it, or before it "
                "`[//]: # (skip: WHY)`",
            )
    actions: list[Action] = [*_given(chapter, members, beside)]
    opened: dict[str, Interaction] = {}  # by the terminal: what is typed into it first
    for block in members:
        terminal = block.fence.title
        if block.kind == "result":
            actions[-1] = last = _apart(block, actions[-1] if actions else None)
            run_by[block.line] = (last.line,)
            continue
        if block.kind != "console":
            text = block.fence.whole
            actions.append(Put(block, terminal, text, _mode(text)))
            continue
        entries = typed[block.line]
        if of_repl := _is_of_repl(block, entries):
            terminal = terminal or REPL_TERMINAL
        user = _user(chapter, block, opened.get(terminal))
        if of_repl and terminal not in opened:
            entries = (_repl(block, user), *entries)
        for exchange in entries:
            action = Interaction(block, terminal, exchange, user, block.settings)
            if not (terminal in opened or exchange.prompt or exchange.key):
                raise Mistake(
                    action.line,
                    "output of nothing: nothing was typed into this terminal before "
                    "(a command begins with `$ ` or `# `)",
                )
            opened.setdefault(terminal, action)
            actions.append(action)
    if members:
        yield _made(chapter, title, tuple(members), tuple(with_ends(actions)), run_by)


def _made(
    chapter: Chapter,
    title: str,
    blocks: tuple[Block, ...],
    actions: tuple[Action, ...],
    run_by: Runs,
) -> Scenario:
    book, outfit = chapter.book, chapter.outfit
    fails = book.leftovers == "fail"
    return Scenario(chapter.path, title, outfit, blocks, actions, book.output, fails, run_by)


def _given(
    chapter: Chapter, blocks: Sequence[Block], beside: Sequence[Block] = ()
) -> Iterator[Put]:
    """The files that are there before anything is typed, as if the first block had put them."""
    files = (
        *chapter.outfit.files,
        *((block.fence.title, block.fence.whole) for block in beside),
        *_projects(chapter, (*beside, *blocks)),
    )
    for path, text in files if blocks else ():
        yield Put(blocks[0], path, text, _mode(text), given=True)


def _projects(chapter: Chapter, blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    """Path and text of what describes the projects that programs are included from, beside them."""
    found: dict[str, str] = {}
    for block in blocks:
        fence, manifest = block.fence, ""
        if block.kind == "program" and fence.source:
            manifest = PROGRAMS[fence.language].manifest
        beside = str(PurePosixPath(fence.source).with_name(manifest)) if manifest else ""
        if not beside or not (chapter.book.programs / beside).is_file():
            continue
        path = str(PurePosixPath(fence.title).with_name(manifest))
        text = expand(f'--8<-- "{beside}"\n', block.line, chapter.book).whole
        if found.setdefault(path, text) != text:
            why = f"it would have {beside} beside it, and a program before it has another one there"
            raise Mistake(block.line, f"{why}: begin its machine with `new`")
    yield from found.items()


def _mode(text: str) -> int:
    return 0o755 if text.startswith("#!") else 0o644


def _shown(result: Block) -> tuple[str, ...]:
    """The lines of output that a block shows."""
    text = result.fence.text
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


def _apart(result: Block, last: Action | None) -> Interaction:
    """The last step of the console block before, whose output this block shows."""
    if not isinstance(last, Interaction) or not (last.exchange.prompt or last.exchange.key):
        raise Mistake(result.line, "the block before it types nothing that could have printed this")
    if last.exchange.output:
        why = f"`{last.exchange.text}` shows its output in its own block: show all of it here"
        raise Mistake(result.line, why)
    exchange = replace(last.exchange, output=_shown(result), output_line=result.line + 1)
    settings = replace(last.settings, exact=result.settings.exact)
    return replace(last, exchange=exchange, settings=settings, apart=result)


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


def _user(chapter: Chapter, block: Block, opened: Interaction | None) -> str:
    """Who a terminal is opened for. Only the block that opens it can say."""
    if not opened:
        return "root" if block.settings.root else chapter.outfit.guest.user
    if block.settings.root and opened.user != "root":
        raise Mistake(
            block.line,
            f"the terminal is open already, for {opened.user} (line {opened.block.line}): "
            "write `root` there, or give this one another name",
        )
    return opened.user
