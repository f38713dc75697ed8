"""What of a console block is prompt, command and output: for colours, and for the copy button."""

import re
from collections.abc import Iterator
from typing import Any

from pygments.lexer import Lexer, do_insertions  # type: ignore[attr-defined]
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Generic, _TokenType

_SHELL = re.compile(r"((?:[a-z_][\w.-]*@[\w.-]+:[^\s$#]+)?[$#] )(.*)")
_SHELL_MORE = re.compile(r"(> )(.*)")
_REPL = re.compile(r"(>>> ?)(.*)")
_REPL_MORE = re.compile(r"(\.\.\.(?: |$))(.*)")
_KEY = re.compile(r"\^[A-Z\[\\\]^_]")

_PROMPTS = ((_SHELL, _SHELL_MORE, BashLexer), (_REPL, _REPL_MORE, PythonLexer))

_Tokens = Iterator[tuple[int, _TokenType, str]]


def split(text: str) -> Iterator[tuple[type[Lexer] | None, list[tuple[str, str]]]]:
    """Group the lines of a console block.

    Yields a command as its lexer and (prompt, typed) of its lines, output as None and ("", line).
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    while lines:
        for first, more, lexer in _PROMPTS:
            found = first.fullmatch(lines[0])
            if found:
                rows = [(found[1], found[2])]
                while len(rows) < len(lines) and (next_ := more.fullmatch(lines[len(rows)])):
                    rows.append((next_[1], next_[2]))
                del lines[: len(rows)]
                yield lexer, rows
                break
        else:
            yield None, [("", lines.pop(0))]


def commands(text: str) -> str:
    """Return only what a reader types, a line each, without the prompts."""
    return "\n".join(typed for lexer, rows in split(text) if lexer for _, typed in rows)


class ConsoleLexer(Lexer):
    """A Pygments lexer for console blocks, by the prompts that the harness knows.

    Pygments' own takes ``>>>`` for output, and a line of output such as ``50%`` for a prompt.
    """

    name = "Console"

    def get_tokens_unprocessed(self, text: str) -> _Tokens:
        """Yield (position, token type, text)."""
        position = 0
        for lexer, rows in split(text):
            if lexer:
                tokens: Any = _command(lexer, rows)
            else:
                row = rows[0][1] + "\n"
                key = _KEY.fullmatch(rows[0][1])
                tokens = [(0, Generic.Strong if key else Generic.Output, row)]
            for _, kind, value in tokens:
                yield position, kind, value
                position += len(value)


def _command(lexer: type[Lexer], rows: list[tuple[str, str]]) -> _Tokens:
    typed = "".join(row + "\n" for _, row in rows)
    insertions, position = [], 0
    for prompt, row in rows:
        insertions.append((position, [(0, Generic.Prompt, prompt)]))
        position += len(row) + 1
    tokens: _Tokens = do_insertions(iter(insertions), lexer().get_tokens_unprocessed(typed))
    return tokens
