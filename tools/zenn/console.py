"""What a console block says: commands, keys and output, line by line.

$ sleep 100        a command of a shell, `#` for root's, also as ``user@host:dir$``,
                   ``[user@host dir]$``, ``/dir $``, or after a ``(venv)``
% sleep 100        the same as `$`, in a block that begins so
> more             continues a command, right after it
>>> print(1)       a line for the Python REPL, continued by ``... ``
^C                 a key
anything else      output
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

_NAMES = r"(?P<{0}user>[a-z_][\w.-]*)@(?P<{0}host>[\w.-]+)"
_SHELL = re.compile(
    rf"(?P<shown>(?:\([\w.-]+\) )?(?:{_NAMES.format('')}:(?P<directory>[^\s$#]+)"
    rf"|\[{_NAMES.format('b')} (?P<bdirectory>[^\s\]]+)\]|(?P<cwd>[/~][\w./-]*) )?"
    r"(?P<sign>[$#]) )(?P<typed>.*)"
)
_PERCENT = re.compile(r"(?P<shown>(?:\([\w.-]+\) )?% )(?P<typed>.*)")
_SHELL_MORE = re.compile(r"(>(?: |$))(.*)")
_REPL = re.compile(r"(>>> ?)(.*)")
_REPL_MORE = re.compile(r"(\.\.\.(?: |$))(.*)")
_KEY = re.compile(r"\^([A-Z\[\\\]^_])")

Language = Literal["shell", "python"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the text claims of who reads the line; `sign` is ``$``, ``#`` or ``>>>``.

    Of a `directory` that begins with neither ``/`` nor ``~`` it claims the last part. `written` is
    the prompt as it stands, where it is none of ``$``, ``#``, ``>>>`` and ``user@host:dir$``.
    """

    sign: str
    user: str | None = None
    host: str | None = None
    directory: str | None = None
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.written:
            return self.written
        whole = f"{self.user}@{self.host}:{self.directory}" if self.user else ""
        return f"{whole}{self.sign} "


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the block. `shown` is its prompt as written, `text` what follows that.

    The first line of a command has a `prompt`, its others are ``more``.
    """

    kind: Literal["command", "more", "key", "output"]
    shown: str
    text: str
    language: Language | None = None
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing typed, and the output that follows it.

    `lines` are the lines of a command; `key` is the letter of a control character; with neither,
    the exchange is output alone: what a command of an earlier block shows later. `line` is the
    chapter's line of the first of them, `output_line` that of the first line of output.
    `airy` says that the output's last line is blank and right before the next prompt: it may be
    there for the reader's eyes alone.
    """

    line: int
    prompt: Prompt | None
    lines: tuple[str, ...]
    key: str | None
    output: tuple[str, ...]
    output_line: int
    airy: bool = False

    @property
    def text(self) -> str:
        return f"^{self.key}" if self.key else "\n".join(self.lines)


def rows(text: str) -> Iterator[Row]:
    """The lines of a console block, each with what it is."""
    typing: Language | None = None  # of the command that the next line may continue
    percent = bool(_PERCENT.match(text.lstrip("\n")))  # elsewhere it is output, as of curl
    for line in text.removesuffix("\n").split("\n") if text else []:
        if found := _SHELL.fullmatch(line) or (_PERCENT.fullmatch(line) if percent else None):
            typing = "shell"
            yield Row("command", found["shown"], found["typed"], typing, _prompt(found))
        elif found := _REPL.fullmatch(line):
            typing = "python"
            yield Row("command", found[1], found[2], typing, Prompt(">>>"))
        elif typing and (found := _MORE[typing].fullmatch(line)):
            yield Row("more", found[1], found[2], typing)
        else:
            typing = None
            yield Row("key" if _KEY.fullmatch(line) else "output", "", line)


def _prompt(found: re.Match[str]) -> Prompt:
    parts = found.groupdict()
    prompt = Prompt(
        parts.get("sign", "$"),
        parts.get("user") or parts.get("buser"),
        parts.get("host") or parts.get("bhost"),
        parts.get("directory") or parts.get("bdirectory") or parts.get("cwd"),
    )
    return prompt if str(prompt) == found["shown"] else replace(prompt, written=found["shown"])


_MORE = {"shell": _SHELL_MORE, "python": _REPL_MORE}


def begins_typed(text: str, comments: bool) -> bool:
    """Whether the first line that isn't blank begins with a prompt; where the language has
    `comments`, ``# `` is none.
    """
    first = next(rows(text.lstrip("\n")), None)
    if not first or not first.prompt:
        return False
    return not (comments and first.shown == "# ")


def exchanges(text: str, first_line: int) -> tuple[Exchange, ...]:
    """The exchanges of a console block whose first line is line `first_line` of its chapter."""
    made: list[Exchange] = []
    found = list(rows(text))
    start = 0
    while start < len(found):
        first, after = found[start], start + (found[start].kind != "output")
        if first.kind == "command":
            after = _end(found, after, "more")
        typed = tuple(row.text for row in found[start:after]) if first.kind == "command" else ()
        key = first.text[1] if first.kind == "key" else None
        end = _end(found, after, "output")
        output = tuple(row.text for row in found[after:end])
        airy = output[-1:] == ("",) and end < len(found) and found[end].kind == "command"
        line = first_line + start
        if first.kind != "output" or not airy or any(output):  # what the block begins with
            made.append(Exchange(line, first.prompt, typed, key, output, first_line + after, airy))
        start = end
    return tuple(made)


def _end(found: Sequence[Row], start: int, kind: str) -> int:
    """Where from `start` on the rows of this kind end."""
    return next((i for i in range(start, len(found)) if found[i].kind != kind), len(found))


def commands(text: str) -> str:
    """Only what a reader types, a line each, without the prompts."""
    return "\n".join(row.text for row in rows(text) if row.language)
