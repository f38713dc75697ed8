"""Other addresses for the links between chapters, in the text that they are written in."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zenn.lint.prose import Prose, prose
from zenn.model import Document, Mistake
from zenn.syntax.links import chapter_link

Address = Callable[[str], str]
"""Makes the link to a chapter of its name."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a prose, and where it stands in the file: behind markers, or behind other cells."""

    source: str
    number: int  # of the line, from 0
    column: int
    escaped: bool  # its pipes are

    def column_of(self, offset: int) -> int:
        pipes = self.source.count("|", 0, offset) if self.escaped else 0
        return self.column + offset + pipes


def with_addresses(document: Document, address: Address) -> str:
    """Return the chapter's text with `address` in every link to a chapter.

    A name is looked for where the tokens of its link are, so one in backticks stays as it is.
    Raises Mistake for a link that isn't written [text](name).
    """
    lines = document.text.split("\n")
    names: dict[int, list[tuple[int, str]]] = defaultdict(list)
    seen: dict[int, int] = defaultdict(int)  # the column up to which cells of a row are dealt with
    for part in prose(document):
        rows = _rows(part, lines, seen)
        for offset, name in _links(part):
            before = part.inline.content[:offset]
            row = rows[before.count("\n")]
            column = row.column_of(len(before) - before.rfind("\n") - 1)
            if not name or not lines[row.number].startswith(name, column):
                raise Mistake(row.number + 1, "write the link to a chapter [text](02-uts)")
            names[row.number].append((column, name))
    for number, found in names.items():
        for column, name in sorted(found, reverse=True):
            line = lines[number]
            lines[number] = line[:column] + address(name) + line[column + len(name) :]
    return "\n".join(lines)


def _links(part: Prose) -> Iterator[tuple[int, str]]:
    """Yield where in the source of `part` chapters are linked to; no name where it isn't there."""
    source = part.inline.content
    link = None
    for piece in part.pieces:
        if piece.token.type == "link_open":
            link = chapter_link(str(piece.token.attrGet("href") or ""))
        elif piece.token.type == "link_close" and link:
            begin = source.find("](", piece.source)
            rest = source[begin + 2 :].lstrip(" \n<") if begin >= 0 else ""
            written = rest.startswith(link[0])
            yield (len(source) - len(rest), link[0]) if written else (piece.source, "")


def _rows(part: Prose, lines: list[str], seen: dict[int, int]) -> list[_Row]:
    """Return the lines of the source of `part`; `seen` are the columns that cells end at."""
    rows = []
    for number, source in enumerate(part.inline.content.split("\n"), part.line - 1):
        # The pipes of a cell are written \| in the file.
        cell = part.kind in ("td", "th")
        written = source.replace("|", "\\|") if cell else source
        text = written.strip()
        column = lines[number].find(text, seen[number])
        if cell:
            seen[number] = max(seen[number], column + len(text))
        indent = len(written) - len(written.lstrip())
        rows.append(_Row(source, number, column - indent, written != source))
    return rows
