"""What a console block says: commands, keys and output, line by line.

$ sleep 100        a command of a shell, `#` for root's, also as ``user@host:dir$``,
                   ``[user@host dir]$``, ``/dir $ ``, or after a ``(venv)``
% sleep 100        the same as `$`, in a block that begins so
> more             continues a command, right after it; so does a line without the sign while
                   the command is not complete
>>> print(1)       a line for the Python REPL, continued by ``... ``
^C                 a key
anything else      output

Words of the block's info string (`Manner`) add to that:

sqlite> .tables    a line for the program whose prompt that is, with ``prompt="sqlite> "``;
                   continued by the prompts of ``more="   ...> "``
Name: [Alice]      Alice, typed where a program has asked for it, with ``answers``
[1]                the status that the command before has ended with, with ``status``
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from zenn.console.shell import continued

_NAMES = r"(?P<{0}user>[a-z_][\w.-]*)@(?P<{0}host>[\w.-]+)"
_SHELL = re.compile(
    rf"(?P<shown>(?:\([\w.-]+\) )?(?:{_NAMES.format('')}:(?P<directory>[^\s$#]+)"
    rf"|\[{_NAMES.format('b')} (?P<bdirectory>[^\s\]]+)\]|(?P<cwd>[/~][\w./-]*) )?"
    r"(?P<sign>[$#]) )(?P<typed>.*)"
)
_PERCENT = re.compile(r"(?P<shown>(?:\([\w.-]+\) )?% )(?P<typed>.*)")
_REPL = re.compile(r"(>>> ?)(.*)")
_MORE = {"shell": re.compile(r"(>(?: |$))(.*)"), "python": re.compile(r"(\.\.\.(?: |$))(.*)")}
_KEY = re.compile(r"\^([A-Z\[\\\]^_])")
_ANSWER = re.compile(r"(?P<asked>.*\S.*?)\[(?P<typed>[^\[\]]*)(?P<closing>\]\s*)")
_STATUS = re.compile(r"\[(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\]")
_WORD = re.compile(r'(prompt|more)="([^"]+)"')

Language = Literal["shell", "python", "program"]


@dataclass(frozen=True, slots=True)
class Manner:
    """What the words of its info string add to what the lines of a block can mean."""

    prompts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    answers: bool = False
    status: bool = False

    @classmethod
    def of(cls, words: Iterable[str]) -> "Manner":
        """As far as the words say it rightly; `harness.plan.settings` tells where they don't."""
        words = tuple(words)
        given = [found.groups() for found in map(_WORD.fullmatch, words) if found]
        prompts, more = (
            [text for name, text in given if name == one] for one in ("prompt", "more")
        )
        return cls(tuple(prompts), tuple(more), "answers" in words, "status" in words)


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the text claims of who reads the line.

    `sign` is ``$`` or ``#`` of a shell, ``>>>`` of the Python REPL, ``>`` of a program whose
    prompt the block declares, ``?`` of whatever has asked what the line answers. Of a `directory`
    that begins with neither ``/`` nor ``~`` it claims the last part. `written` is the prompt as it
    stands, where it is none of ``$``, ``#``, ``>>>`` and ``user@host:dir$``.
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
    """One line of the block. `shown` is its prompt as written, `text` what follows that, `closing`
    the bracket after an answer.

    The first line of a command has a `prompt`, its others are ``more``.
    """

    kind: Literal["command", "more", "key", "output", "status"]
    shown: str
    text: str
    language: Language | None = None
    prompt: Prompt | None = None
    closing: str = ""

    @property
    def is_blank(self) -> bool:
        return self.kind == "output" and not self.text


def rows(text: str, manner: Manner = PLAIN) -> tuple[Row, ...]:
    """The lines of a console block, each with what it is."""
    lines = text.removesuffix("\n").split("\n") if text else []
    percent = bool(_PERCENT.match(text.lstrip("\n")))  # elsewhere it is output, as of curl
    made: list[Row] = []
    typing: Language | None = None  # of the command that the next line may continue

    def is_prompt(line: str) -> bool:
        found = _typed(line, percent, manner)
        return bool(found and found.prompt and found.prompt.sign not in "#?")

    while len(made) < len(lines):
        line, following = lines[len(made)], lines[len(made) + 1 :]
        if found := _typed(line, percent, manner):
            typing = found.language if not found.closing else None
            made.append(found)
            if typing == "shell" and following and not _MORE["shell"].match(following[0]):
                many = continued(found.text, following, is_prompt)
                made += [Row("more", "", one, typing) for one in following[:many]]
                typing = None if many else typing
        elif typing and (more := _more(line, typing, manner)):
            made.append(more)
        else:
            typing = None
            made.append(Row("key" if _KEY.fullmatch(line) else "output", "", line))
    if manner.status:
        made = [_status(row, made[place + 1 :][:2]) for place, row in enumerate(made)]
    return tuple(made)


def _typed(line: str, percent: bool, manner: Manner) -> Row | None:
    """The first line of a command, or an answer."""
    for declared in manner.prompts:
        if line.startswith(declared):
            typed = line.removeprefix(declared)
            return Row("command", declared, typed, "program", Prompt(">", written=declared))
    if found := _SHELL.fullmatch(line) or (_PERCENT.fullmatch(line) if percent else None):
        return Row("command", found["shown"], found["typed"], "shell", _prompt(found))
    if found := _REPL.fullmatch(line):
        return Row("command", found[1], found[2], "python", Prompt(">>>"))
    if manner.answers and (found := _ANSWER.fullmatch(line)):
        asked = Prompt("?", written=found["asked"])
        return Row("command", f"{asked}[", found["typed"], "program", asked, found["closing"])
    return None


def _prompt(found: re.Match[str]) -> Prompt:
    parts = found.groupdict()
    prompt = Prompt(
        parts.get("sign", "$"),
        parts.get("user") or parts.get("buser"),
        parts.get("host") or parts.get("bhost"),
        parts.get("directory") or parts.get("bdirectory") or parts.get("cwd"),
    )
    return prompt if str(prompt) == found["shown"] else replace(prompt, written=found["shown"])


def _more(line: str, typing: Language, manner: Manner) -> Row | None:
    """A line that continues a command of that language."""
    if typing == "program":
        shown = next((one for one in manner.more if line.startswith(one)), None)
        return Row("more", shown, line.removeprefix(shown), typing) if shown else None
    found = _MORE[typing].fullmatch(line)
    return Row("more", found[1], found[2], typing) if found else None


def _status(row: Row, after: list[Row]) -> Row:
    """A line of output as a status, if it is the last before something else; then a blank line
    before the next prompt is layout."""
    if len(after) == 2 and after[0].is_blank and after[1].kind == "command":
        after = after[1:]
    last = not after or after[0].kind != "output"
    return replace(row, kind="status") if last and _STATUS.fullmatch(row.text) else row


def begins_typed(text: str, comments: bool, manner: Manner = PLAIN) -> bool:
    """Whether the first line that isn't blank begins with a prompt; where the language has
    `comments`, ``# `` is none.
    """
    first = next(iter(rows(text.lstrip("\n"), manner)), None)
    if not first or not first.prompt or first.closing:
        return False
    return not (comments and first.shown == "# ")


def commands(text: str, manner: Manner = PLAIN) -> str:
    """Only what a reader types, a line each, without the prompts."""
    return "\n".join(row.text for row in rows(text, manner) if row.language)
