"""Colours: of console blocks by what their lines are, of ``diff`` blocks those of the language, and
a ground for lines added or removed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pygments.lexer import Lexer, do_insertions  # type: ignore[attr-defined]
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.lexers.special import TextLexer
from pygments.token import Generic, Name, Number, Text, _TokenType

from zenn.console import PLAIN, Manner, Row, rows

_LEXERS = {"shell": BashLexer, "python": PythonLexer, "program": TextLexer}
_SHOWN = {"key": Generic.Strong, "status": Generic.Emph}
_KINDS = {"+": "added", ">": "added", "-": "removed", "<": "removed"}
_SIGN = {"added": Generic.Inserted, "removed": Generic.Deleted}

_Tokens = Iterator[tuple[int, _TokenType, str]]


class ConsoleLexer(Lexer):
    """A Pygments lexer for console blocks, by the prompts that the harness knows.

    Pygments' own takes ``>>>`` for output, and a line of output such as ``50%`` for a prompt.
    """

    name = "Console"

    def __init__(self, manner: Manner = PLAIN, **options: Any) -> None:
        """`manner` is that of the block."""
        super().__init__(**options)
        self._manner = manner

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield (position, token type, text)."""
        position = 0
        tokens: Any
        for group in _commands_whole(rows(text, self._manner)):
            if group[0].closing:
                tokens = _answer(group[0])
            elif group[0].language:
                tokens = _command(group)
            else:
                kind = _SHOWN.get(group[0].kind, Generic.Output)
                tokens = [(0, kind, group[0].text + "\n")]
            for _, kind, value in tokens:
                yield position, kind, value
                position += len(value)


def _commands_whole(found: Iterable[Row]) -> Iterator[list[Row]]:
    """A command with the lines that continue it; everything else by itself."""
    group: list[Row] = []
    for row in found:
        if group and row.kind != "more":
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _answer(row: Row) -> _Tokens:
    yield 0, Generic.Output, str(row.prompt)
    yield from ((0, Generic.Prompt, "["), (0, Text, row.text), (0, Generic.Prompt, row.closing))
    yield 0, Text, "\n"


def _command(group: list[Row]) -> _Tokens:
    typed = "".join(row.text + "\n" for row in group)
    first = group[0].prompt
    # Its class is "gp gp-Root": what root types may break things.
    prompt = Generic.Prompt.Root if first and first.sign == "#" else Generic.Prompt
    insertions, position = [], 0
    for row in group:
        insertions.append((position, [(0, prompt, row.shown)]))
        position += len(row.text) + 1
    language = group[0].language or "shell"
    found = _LEXERS[language]().get_tokens_unprocessed(typed)
    if language == "shell":  # an address would be coloured in pieces, and `exit` unlike `ls`
        plain = (str(Number), str(Name.Builtin))
        found = (
            (at, Text if str(kind).startswith(plain) else kind, one) for at, kind, one in found
        )
    tokens: _Tokens = do_insertions(iter(insertions), found)
    return tokens


class DiffLexer(Lexer):
    """A Pygments lexer that reads what follows the first column as code of another language."""

    name = "Diff of a language"

    def __init__(self, code: Lexer, **options: Any) -> None:
        """`code` is the lexer of the language."""
        super().__init__(**options)
        self._code = code

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield (position, token type, text)."""
        signs, code, position = [], [], 0
        for line in text.splitlines(keepends=True):
            sign = line[0] if line[0] in (*_KINDS, " ") else ""
            if sign:
                kind = _SIGN[_KINDS[sign]] if sign in _KINDS else Generic
                signs.append((position, [(0, kind, sign)]))
            code.append(line[len(sign) :])
            position += len(code[-1])
        yield from do_insertions(iter(signs), self._code.get_tokens_unprocessed("".join(code)))


def mark_lines(html: str) -> str:
    """Put each added or removed line of a highlighted block in a ``<span>`` that says so.

    Pygments lets no element of its own reach over the end of a line.
    """
    before, opening, rest = html.partition("<code>")
    code, closing, after = rest.rpartition("</code>")
    marked = "".join(map(_marked_line, code.splitlines(keepends=True)))
    return before + opening + marked + closing + after


def _marked_line(line: str) -> str:
    sign = re.sub(r"<[^>]*>", "", line)[:4]
    kind = {"&gt;": "added", "&lt;": "removed"}.get(sign) or _KINDS.get(sign[:1])
    if not kind:
        return line
    # A line break within an inline block would not end the line.
    code, end = line.removesuffix("\n"), "\n" * line.endswith("\n")
    return f'<span class="diff__{kind}">{code}</span>{end}'
