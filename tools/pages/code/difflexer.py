"""Colours for ``diff`` blocks: those of the language, and a ground for lines added or removed."""

import re
from collections.abc import Iterator
from typing import Any

from pygments.lexer import Lexer, do_insertions  # type: ignore[attr-defined]
from pygments.token import Generic, _TokenType

_KINDS = {"+": "added", ">": "added", "-": "removed", "<": "removed"}
_SIGN = {"added": Generic.Inserted, "removed": Generic.Deleted}


class DiffLexer(Lexer):
    """A Pygments lexer that reads what follows the first column as code of another language."""

    name = "Diff of a language"

    def __init__(self, code: Lexer, **options: Any) -> None:
        """`code` is the lexer of the language."""
        super().__init__(**options)
        self._code = code

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
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
    return re.sub(r"(?<=<code>).*(?=</code>)", _marked, html, count=1, flags=re.DOTALL)


def _marked(code: re.Match[str]) -> str:
    return "".join(_marked_line(line) for line in code[0].splitlines(keepends=True))


def _marked_line(line: str) -> str:
    sign = re.sub(r"<[^>]*>", "", line)[:4]
    kind = {"&gt;": "added", "&lt;": "removed"}.get(sign) or _KINDS.get(sign[:1])
    if not kind:
        return line
    # A line break within an inline block would not end the line.
    code, end = line.removesuffix("\n"), "\n" * line.endswith("\n")
    return f'<span class="diff__{kind}">{code}</span>{end}'
