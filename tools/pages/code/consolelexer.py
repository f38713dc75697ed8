"""Colours for console blocks, by what their lines are."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pygments.lexer import Lexer, do_insertions  # type: ignore[attr-defined]
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Generic, _TokenType

from zenn.console import Row, rows

_LEXERS = {"shell": BashLexer, "python": PythonLexer}

_Tokens = Iterator[tuple[int, _TokenType, str]]


class ConsoleLexer(Lexer):
    """A Pygments lexer for console blocks, by the prompts that the harness knows.

    Pygments' own takes ``>>>`` for output, and a line of output such as ``50%`` for a prompt.
    """

    name = "Console"

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield (position, token type, text)."""
        position = 0
        for group in _commands_whole(rows(text)):
            if group[0].language:
                tokens: Any = _command(group)
            else:
                kind = Generic.Strong if group[0].kind == "key" else Generic.Output
                tokens = [(0, kind, group[0].text + "\n")]
            for _, kind, value in tokens:
                yield position, kind, value
                position += len(value)


def _commands_whole(found: Iterable[Row]) -> Iterator[list[Row]]:
    """A command with the lines that continue it; everything else by itself."""
    number = 0

    def of(row: Row) -> int:
        nonlocal number
        number += row.kind != "more"
        return number

    for _, group in groupby(found, of):
        yield list(group)


def _command(group: list[Row]) -> _Tokens:
    typed = "".join(row.text + "\n" for row in group)
    first = group[0].prompt
    # Its class is "gp gp-Root": what root types may break things.
    prompt = Generic.Prompt.Root if first and first.sign == "#" else Generic.Prompt
    insertions, position = [], 0
    for row in group:
        insertions.append((position, [(0, prompt, row.shown)]))
        position += len(row.text) + 1
    lexer = _LEXERS[group[0].language or "shell"]()
    tokens: _Tokens = do_insertions(iter(insertions), lexer.get_tokens_unprocessed(typed))
    return tokens
