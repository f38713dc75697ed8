"""A reader's attempt, in the place of an exercise's solution: the scenario that is to be run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from harness.attempt.exercise import Exercise
from harness.compare import Comparison, Expectation, Renaming, Varying
from harness.plan.chapter import Chapter, from_document
from harness.plan.scenario import Scenario, scenarios
from harness.plan.settings import parse_comments
from zenn.book import Book
from zenn.console import Manner, exchanges, rows
from zenn.fences import PROGRAMS
from zenn.guard import HIDDEN, read_text
from zenn.model import Document, Fence

_MACHINE = ("vm", "new", "same", "kernel", "on=", "timeout=", "root")
LEAVING = ("exit", "^D")  # what a shell says to these is nobody's answer
TERMINAL = "attempt"  # no chapter's has that name: what it finds is a shell of its own


class AttemptError(Exception):
    """Why a file can be no attempt at an exercise, in one sentence."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a typed attempt's output has to end with, and the values there that vary."""

    lines: tuple[str, ...]
    exact: bool
    varies: tuple[Varying, ...]

    def compare(self, output: Sequence[str], renaming: Renaming) -> Comparison:
        """Whether an output ends so."""
        if self.exact:  # where `...` stands for itself, nothing can stand for what comes before
            return Expectation(self.lines, exact=True).compare(output[-len(self.lines) :], renaming)
        return Expectation(("...", *self.lines)).compare(output, renaming)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be run. `shown` is None for a program, which each of the solution's own steps
    compares; `line` is that of its block."""

    scenario: Scenario
    line: int
    shown: Shown | None


def read_attempt(file: Path) -> str:
    """What a reader has written. Raises AttemptError."""
    try:
        text = read_text(file)
    except UnicodeDecodeError as error:
        raise AttemptError(f"{file} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise AttemptError(f"{file} can't be read: {error.strerror}") from error
    if not text.strip():
        raise AttemptError(f"{file} is empty")
    if hidden := HIDDEN.search(text):
        line = text.count("\n", 0, hidden.start()) + 1
        raise AttemptError(f"{file}:{line} has U+{ord(hidden[0]):04X}, which nobody sees")
    return text if text.endswith("\n") else text + "\n"


def attempt(document: Document, exercise: Exercise, file: Path, text: str, book: Book) -> Attempt:
    """The scenario in which a text stands in for the solution. Raises AttemptError where it can't
    be told how, and ChapterError."""
    solution = exercise.solution(document)
    language = next((name for name, one in PROGRAMS.items() if one.suffix == file.suffix), None)
    shown = None
    if language:
        instead = _program(solution, language, text)
    else:
        shown = _last_shown(solution)
        instead = (_typed(solution, file, text, exercise.ends),)
        # It may be longer than what it stands for: what follows in the chapter is none of it.
        upto = document.text.splitlines(keepends=True)[: exercise.ends]
        document = replace(document, text="".join(upto))
    before = tuple(one for one in document.fences if one.line < exercise.begins)
    own = {fence.line for fence in instead}
    files = _files(solution) if shown else ()
    if files:  # they begin the machine, if it is to be a new one
        instead = tuple(replace(one, words=_without_new(one.words)) for one in instead)
    chapter = _chapter(document, (*_given(before, exercise), *files, *instead), book)
    chosen = [one for one in scenarios(chapter) if own & {block.line for block in one.blocks}]
    if len(chosen) != 1:
        raise AttemptError(f"the solution of exercise {exercise.number} is not in one machine")
    scenario = replace(chosen[0], forbids_leftovers=False)
    line = next(fence.line for fence in instead if fence.text == text or shown)
    return Attempt(scenario, line, shown)


def _chapter(document: Document, fences: Sequence[Fence], book: Book) -> Chapter:
    """A chapter of these fences alone. What is left behind is the reader's own affair."""
    attached = {comment for fence in fences for comment in fence.comments}
    comments = tuple(one for one in document.comments if one in attached)
    chapter = from_document(replace(document, fences=tuple(fences), comments=comments), book)
    blocks = tuple(replace(block, leaves=None) for block in chapter.blocks)
    return replace(chapter, blocks=blocks)


def _given(before: Sequence[Fence], exercise: Exercise) -> list[Fence]:
    """What stands before the solution. A program that only the solution runs is a file there: an
    attempt need not run it."""
    given = []
    for fence, after in zip(before, [*before, None][1:], strict=True):
        alone = after is not None and after.kind == "result"
        theirs = fence.kind == "program" and exercise.line < fence.line and not alone
        given.append(replace(fence, kind="file") if theirs else fence)
    return given


def _files(solution: Sequence[Fence]) -> tuple[Fence, ...]:
    """The files that a solution has put in place: what is typed instead finds them, too."""
    files = [replace(one, words=_without_new(one.words)) for one in solution if one.kind == "file"]
    if files and any("new" in one.words for one in solution):
        files[0] = replace(files[0], words=(*files[0].words, "new"))
    return tuple(files)


def _without_new(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word != "new")


def _program(solution: Sequence[Fence], language: str, text: str) -> tuple[Fence, ...]:
    """The solution's blocks with this program in place of its own."""
    programs = [fence for fence in solution if fence.kind == "program"]
    if not programs:
        raise AttemptError(
            "the solution is typed, and no program: write what you type into a file, as in "
            "answer.txt, each command after `$ ` or `# `"
        )
    if len({PurePosixPath(fence.title).stem for fence in programs}) > 1:
        names = ", ".join(fence.title for fence in programs)
        raise AttemptError(f"the solution has several programs ({names}), and one can't be told")
    ours = next((fence for fence in programs if fence.language == language), programs[0])
    follows = {one.line: two for one, two in pairwise(solution)}
    alone = _has_result(ours, follows)
    if ours.language != language and not alone:
        wanted = " or ".join(dict.fromkeys(fence.language for fence in programs))
        raise AttemptError(f"the solution's commands run a program in {wanted}: write it in that")
    title = str(PurePosixPath(ours.title).with_suffix(PROGRAMS[language].suffix))
    mine = replace(ours, language=language, title=title, text=text, whole=text, source="")
    if alone:
        return mine, follows[ours.line]
    # The others are compared with results of their own, or typed as the solution has them.
    results = {fence.line for fence in programs if _has_result(fence, follows)}
    results |= {follows[line].line for line in results}
    return tuple(mine if one is ours else one for one in solution if one.line not in results)


def _has_result(fence: Fence, follows: dict[int, Fence]) -> bool:
    return fence.line in follows and follows[fence.line].kind == "result"


def _last_shown(solution: Sequence[Fence]) -> Shown:
    """What the last block that shows an output shows, after whatever an attempt shows before."""
    for place, fence in reversed(list(enumerate(solution))):
        lines = fence.text.splitlines() if fence.kind == "result" else []
        if fence.kind == "console":
            manner = Manner.of(fence.words)
            lines = [
                line
                for one in exchanges(fence.text, 1, manner)
                if one.text not in LEAVING
                for line in one.output
            ]
        if fence.kind == "result" or any(line.strip() for line in lines):
            exact = "exact" in fence.words
            if Expectation(lines, exact).says_nothing:
                continue
            varies = [one for f in solution[: place + 1] for one in parse_comments(f.comments)[1]]
            return Shown(tuple(lines), exact, tuple(varies))
    raise AttemptError("the solution shows no output that an attempt could be compared with")


def _typed(solution: Sequence[Fence], file: Path, text: str, line: int) -> Fence:
    """A block at `line` in which the reader's commands are typed, in a terminal of its own: those
    after prompts, without what is shown between them."""
    found = [row for row in rows(text) if row.kind != "output"]
    if not any(row.prompt for row in found):
        raise AttemptError(
            f"{file} has no commands: begin the line of each with `$ `, or with `# ` where it is "
            "typed into root's shell"
        )
    # Elisions: what comes out is compared as a whole, afterwards.
    typed = []
    for place, row in enumerate(found):
        typed.append(f"{row.shown}{row.text}" if row.kind != "key" else row.text)
        if place + 1 == len(found) or found[place + 1].kind != "more":
            typed.append("...")
    words = [w for fence in solution for w in fence.words if w.startswith(_MACHINE)]
    if (opening := next((row.prompt for row in found if row.prompt), None)) and opening.sign == "$":
        words = [word for word in words if word != "root"]
    elif "root" not in words:
        words.append("root")
    return replace(
        solution[0], kind="console", language="console", title=TERMINAL,
        words=tuple(dict.fromkeys(words)),
        text="".join(f"{one}\n" for one in typed), whole="", line=line, end=line + len(typed) + 1,
        closed=True, fenced=True, included=False, source="", comments=(),
    )  # fmt: skip
