"""Other addresses for the links within the book, in the text that they are written in."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from markdown_it.helpers import parseLinkDestination

from zenn.lint.prose import Prose, prose
from zenn.model import Document, Mistake
from zenn.syntax.links import chapter_link

Address = Callable[[str, str], tuple[str, str]]
"""Makes of a chapter's name and an id in it what is linked to at Zenn: an address, and an id there.
A link within the chapter has no name, and no address if it leads to the same of Zenn's chapters."""


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

    def written(self, text: str) -> str:
        return text.replace("|", "\\|") if self.escaped else text


def readdressed(href: str, address: Address) -> str:
    """Return what a link leads to at Zenn; `href` and the result are encoded as links are."""
    return _readdressed(href, href, address) or href


def _readdressed(href: str, written: str, address: Address) -> str | None:
    """The same for the link as an author has `written` it; None where that isn't its name."""
    found = ("", href[1:]) if href.startswith("#") else chapter_link(href)
    if not found:
        return written
    name, fragment = found[0], unquote(found[1])
    there, section = address(name, fragment)
    if (there, section) == (name, fragment):
        return written
    if not written.startswith(name or "#"):
        return None
    rest = written[len(name) :]
    return there + (rest if section == fragment else f"{rest.partition('#')[0]}#{quote(section)}")


def with_addresses(document: Document, address: Address) -> str:
    """Return the chapter's text with `address` in every link within the book.

    It is looked for where the tokens of its link are, so one in backticks stays as it is.
    Raises Mistake for a link to be changed that isn't written [text](name).
    """
    lines = document.text.split("\n")
    changes: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    seen: dict[int, int] = defaultdict(int)  # the column up to which cells of a row are dealt with
    for part in prose(document):
        rows = _rows(part, lines, seen)
        for offset, href, old in _links(part):
            new = _readdressed(href, old, address)
            if new == old:
                continue
            before = part.inline.content[:offset]
            row = rows[before.count("\n")]
            column = row.column_of(len(before) - before.rfind("\n") - 1)
            there, instead = (row.written(text or "") for text in (old, new))
            if not instead or not lines[row.number].startswith(there, column):
                raise Mistake(row.number + 1, "write the link to a chapter [text](02-uts)")
            changes[row.number].append((column, there, instead))
    for number, found in changes.items():
        for column, old, new in sorted(found, reverse=True):
            line = lines[number]
            lines[number] = line[:column] + new + line[column + len(old) :]
    return "\n".join(lines)


def _links(part: Prose) -> Iterator[tuple[int, str, str]]:
    """Yield links: where in the source of `part` their address begins, that, and how it is written
    there (empty where it isn't)."""
    source = part.inline.content
    href = ""
    for piece in part.pieces:
        if piece.token.type == "link_open":
            href = str(piece.token.attrGet("href") or "")
        elif piece.token.type == "link_close":
            begin = source.find("](", piece.source)
            if begin < 0:
                yield piece.source, href, ""
                continue
            begin = len(source) - len(source[begin + 2 :].lstrip(" \n"))
            found = parseLinkDestination(source, begin, len(source))
            written = source[begin : found.pos] if found.ok else ""
            bare = written.removeprefix("<")
            yield begin + len(written) - len(bare), href, bare.removesuffix(">")


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
