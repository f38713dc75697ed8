"""What a console block says: commands, keys and output, line by line.

$ sleep 100        a command of a shell, `#` for root's, or with ``user@host:dir`` before it
> more             continues a command, right after it
>>> print(1)       a line for the Python REPL, continued by ``... ``
^C                 a key
anything else      output
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PROMPT = re.compile(
    r"(?:(?P<user>[a-z_][\w.-]*)@(?P<host>[\w.-]+):(?P<directory>[^\s$#]+))?"
    r"(?P<sign>[$#]) (?P<text>.*)"
)
_KEY = re.compile(r"\^([A-Z\[\\\]^_])")
_REPL = re.compile(r">>> ?(.*)")
_REPL_MORE = re.compile(r"\.\.\.(?: (.*))?")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the text claims of who reads the line; `sign` is ``$``, ``#`` or ``>>>``."""

    sign: str
    user: str | None = None
    host: str | None = None
    directory: str | None = None

    def __str__(self) -> str:
        whole = f"{self.user}@{self.host}:{self.directory}" if self.user else ""
        return f"{whole}{self.sign} "


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing typed, and the output that follows it.

    `lines` are the lines of a command; `key` is the letter of a control character; with neither,
    the entry is output alone: what a command of an earlier block shows later. `line` is the
    chapter's line of the first of them, `output_line` that of the first line of output.
    """

    line: int
    prompt: Prompt | None
    lines: tuple[str, ...]
    key: str | None
    output: tuple[str, ...]
    output_line: int

    @property
    def text(self) -> str:
        return f"^{self.key}" if self.key else "\n".join(self.lines)


def parse(text: str, first_line: int) -> tuple[Entry, ...]:
    """The entries of a console block whose first line is line `first_line` of its chapter."""
    entries: list[Entry] = []
    lines = text.removesuffix("\n").split("\n") if text else []
    index = 0
    while index < len(lines):
        start = index
        prompt, typed, key = None, tuple[str, ...](), None
        if found := _PROMPT.fullmatch(lines[index]):
            prompt = Prompt(found["sign"], found["user"], found["host"], found["directory"])
            more = _run(lines, index + 1, lambda line: line[2:] if line[:2] == "> " else None)
            typed = (found["text"], *more)
        elif found := _REPL.fullmatch(lines[index]):
            prompt = Prompt(">>>")
            more = _run(lines, index + 1, _repl_more)
            typed = (found[1], *more)
        elif found := _KEY.fullmatch(lines[index]):
            key = found[1]
        index += len(typed) or (1 if key else 0)
        begin = index
        while index < len(lines) and not _is_input(lines[index]):
            index += 1
        output = tuple(lines[begin:index])
        entries.append(Entry(first_line + start, prompt, typed, key, output, first_line + begin))
    return tuple(entries)


def _is_input(line: str) -> bool:
    return bool(_PROMPT.fullmatch(line) or _REPL.fullmatch(line) or _KEY.fullmatch(line))


def _repl_more(line: str) -> str | None:
    found = _REPL_MORE.fullmatch(line)
    return (found[1] or "") if found else None


def _run(lines: Sequence[str], start: int, more: Callable[[str], str | None]) -> list[str]:
    found = []
    for line in lines[start:]:
        rest = more(line)
        if rest is None:
            break
        found.append(rest)
    return found
