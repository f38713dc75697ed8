"""A fence's info string, ``language word word:title``: what the block is, and how it looks.

A block is one of five kinds, for the harness and the site alike:

program     a file in Python, C or Rust, to be run
console     what is typed into a terminal, and what that shows: of the language console, or of one
            that others give such blocks (`TRANSCRIPTS`, `SCRIPTS`), if it begins with a prompt
result      what the program right before it prints, or the last command of the console block;
            its title is the book's for that
file        the word ``file``: a file to be put in place
shown       anything else: nothing of it is run

Two words change only how a block looks, and only on the site:

linenos     its lines are numbered
hl=3-5,8    these lines stand out, counted from 1
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zenn.console import Manner, begins_typed
from zenn.model import Fence, Kind, Mistake, is_appearance


@dataclass(frozen=True, slots=True)
class Commands:
    """What a reader types for a program: `compiling` it, if that is needed, and `running` it.

    ``{source}`` is its file, ``{out}`` that without the suffix, ``{run}`` the same as a command,
    and ``{name}`` the last part of it.
    """

    running: str
    compiling: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of programs: as readers call it, as its files end, what else it is called.

    A program beside which there is a `manifest` belongs to a project, and is made `by_project`.
    """

    label: str
    suffix: str
    others: tuple[str, ...]
    alone: Commands
    manifest: str = ""
    by_project: Commands | None = None

    @property
    def compilers(self) -> tuple[str, ...]:
        """The first words of what compiles its programs."""
        each = (one.compiling.split() for one in (self.alone, self.by_project) if one)
        return tuple(words[0] for words in each if words)


PROGRAMS = {
    "python": Language("Python", ".py", ("py", "python3"), Commands("python3 {source}")),
    "c": Language(
        "C", ".c", (), Commands("{run}", "gcc -Wall -Wextra -Wpedantic -o {out} {source}")
    ),
    "rust": Language(
        "Rust", ".rs", ("rs",),
        Commands("{run}", "rustc -o {out} {source}"),
        "Cargo.toml",
        Commands("target/debug/{name}", "cargo build --quiet --bin {name}"),
    ),
}  # fmt: skip
"""The languages of programs."""

TRANSCRIPTS = frozenset({"console", "terminal", "pycon", "python-console"}) | {
    shell + by + "session" for shell in ("shell", "sh", "bash") for by in ("-", "_", "")
}
"""What a block of typed and shown lines is called, here and elsewhere."""

SCRIPTS = frozenset({"bash", "sh", "shell"})
"""Languages of scripts, where ``# `` begins a comment, that transcripts are as often given."""

_KERNEL = re.compile(r"Linux ([1-9][0-9]{0,3}(?:\.(?:0|[1-9][0-9]{0,3}))?)")
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"|")+')  # a quotation may hold spaces: prompt="sqlite> "
_RANGE = r"[1-9][0-9]{0,6}(?:-[1-9][0-9]{0,6})?"
_OPENING = re.compile(r"(`{3,}|~{3,})[ \t]*[^`\s][^`]*$")
_QUOTED = re.compile(r"^[ \t>]*")
_RANGES = re.compile(f"{_RANGE}(?:,{_RANGE})*")
# What may stand between a program and its result: nothing that shows, in quotations, too.
_BETWEEN = re.compile(r"[\s>]*(\[//\]: # \(.*\)\s*)?")


@dataclass(frozen=True, slots=True)
class InfoString:
    """What stands after the backticks, taken apart."""

    language: str
    words: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """Whether lines are numbered, and which of them stand out (from 1)."""

    numbered: bool = False
    highlighted: tuple[int, ...] = ()


def parse_info(info: str) -> InfoString:
    """Split at the first colon into words and title; the first word is the language.

    Zenn shows the language and the title and ignores the words between
    (zenn-markdown-html, md-renderer-fence).
    """
    head, _, title = info.partition(":")
    language, *words = _WORD.findall(head) or [""]
    return InfoString(language, tuple(words), title.strip())


def kind_of(info: InfoString, text: str, follows: str | None) -> Kind:
    """What a block is; `follows` is the title of a result where that would be one."""
    if "file" in info.words:
        return "file"
    name = plain(info.language)
    comments = name in SCRIPTS
    if info.language == "console" or (
        (comments or name in TRANSCRIPTS) and begins_typed(text, comments, Manner.of(info.words))
    ):
        return "console"
    if info.language in PROGRAMS:
        return "program"
    return "result" if follows and is_result(info, follows) else "shown"


def plain(language: str) -> str:
    """A language without case, and without what Pandoc writes around it (``{.bash}``)."""
    return language.strip("{}").lstrip(".").casefold()


def is_result(info: InfoString | Fence, result: str) -> bool:
    """Whether a block is titled as what a program or a command prints, wherever it stands."""
    return info.language == "text" and info.title == result


def kernel_of(fence: Fence) -> str:
    """The kernel that a block of a terminal is named after: ``6.12`` of ``Linux 6.12``."""
    found = _KERNEL.fullmatch(fence.title) if fence.kind == "console" else None
    return found[1] if found else ""


def is_adjacent(between: Sequence[str]) -> bool:
    """Whether two blocks belong together with these lines between them."""
    return all(_BETWEEN.fullmatch(line) for line in between)


def opened_within(fence: Fence, lines: Sequence[str]) -> str:
    """That a block which isn't closed has swallowed where the next one opens, and what to write;
    `lines` are the chapter's. Empty if it hasn't.
    """
    mark = mark_of(lines[fence.line - 1]) if fence.fenced else ""
    inside = lines[fence.line : fence.end - 1] if fence.closed else []
    for number, line in enumerate(inside, fence.line + 1):
        found = _OPENING.match(_QUOTED.sub("", line))
        if mark and found and found[1].startswith(mark):
            return (
                f"{found[0].rstrip()} of line {number} is shown as part of this block; close this "
                f"block before it with a line {mark}, or, where it is part of it, open and close "
                f"with {mark + mark[0]}"
            )
    return ""


def mark_of(opening: str) -> str:
    """The backticks or tildes that open a fence in this line."""
    found = re.search(r"`{3,}|~{3,}", opening)
    return found[0] if found else "```"


def appearance(fence: Fence) -> Appearance:
    """Read the words of `fence`. Raises `Mistake` for lines that are no lines of the block."""
    highlighted: list[int] = []
    for word in filter(is_appearance, fence.words):
        name, _, lines = word.partition("=")
        if name == "hl":
            highlighted += _lines(lines, fence)
    return Appearance("linenos" in fence.words, tuple(sorted(set(highlighted))))


def _lines(written: str, fence: Fence) -> list[int]:
    if not _RANGES.fullmatch(written):
        why = f"`hl={written}`: write lines of the block, as in `hl=3` or `hl=3-5,8`"
        raise Mistake(fence.line, why)
    last = fence.text.count("\n")
    found = set[int]()
    for part in written.split(","):
        first, _, final = part.partition("-")
        begin, end = int(first), int(final or first)
        if not begin <= end <= last:
            raise Mistake(fence.line, f"`hl={written}`: the block has lines 1 to {last}")
        found.update(range(begin, end + 1))
    return sorted(found)
