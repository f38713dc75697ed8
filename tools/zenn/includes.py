"""Programs shown in a chapter: ``--8<-- "02-uts/clone.c"`` becomes the file, or a section of it.

This is the only place where includes are resolved, for the site, the harness and the export.
A section is what stands between two marker lines, in a comment of any language::

    /* --8<-- [start:stack] */
    /* --8<-- [end:stack] */

Marker lines are never shown and never run.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from zenn.book import Book
from zenn.guard.bounds import CHAPTER_BYTES, PROGRAMS_CHARACTERS
from zenn.guard.visible import visible
from zenn.model import Document, Mistake, clean

_DIRECTIVE = re.compile(r"[ \t]*--8<--")
_INCLUDE = re.compile(r'([ \t]*)--8<--[ \t]+"([^"]+)"[ \t]*')
_MARKER = re.compile(r"--8<--[ \t]+\[(start|end):([\w.-]+)\]")


@dataclass(frozen=True, slots=True)
class Expansion:
    """The code of a fence with its includes resolved; see `zenn.model.Fence`."""

    text: str
    whole: str
    included: bool
    source: str = ""


def is_directive(row: str) -> bool:
    """Whether a line of a code block is one that includes a file, or means to."""
    return bool(_DIRECTIVE.match(row))


def expand(code: str, line: int, book: Book) -> Expansion:
    """Resolve the include lines of `code`, whose first is `line` of its chapter.

    Raises `Mistake` for what is wrong with one.
    """
    lines = _rows(code) if "--8<--" in code else []
    if not any(map(is_directive, lines)):
        return Expansion(code, code, included=False)
    pieces = []
    shown = 0
    for number, row in enumerate(lines, line):
        pieces.append(_piece(row, number, book))
        shown += len(pieces[-1][0])
        if shown > PROGRAMS_CHARACTERS:
            why = f"the block includes more than {PROGRAMS_CHARACTERS >> 10} Ki characters"
            raise Mistake(number, why)
    text = "".join(shown for shown, _, _ in pieces)
    if len(pieces) > 1:
        return Expansion(text, text, included=True)
    _, whole, source = pieces[0]
    return Expansion(text, whole, included=True, source=source)


def _piece(row: str, line: int, book: Book) -> tuple[str, str, str]:
    """Return what `row` shows, the whole file that this is a part of, and the file's name."""
    if not is_directive(row):
        return row, row, ""
    found = _INCLUDE.fullmatch(row.rstrip("\n"))
    if not found:
        raise Mistake(
            line, 'an include is written --8<-- "02-uts/file.py" or "02-uts/file.c:section"'
        )
    indent, target = found.groups()
    name, _, section = target.partition(":")
    source = _read(name, book, line)
    kept = "".join(row for row in source if not _MARKER.search(row))
    shown = _section(source, name, section, line) if section else kept
    if target.endswith(":"):
        raise Mistake(line, f'a section name is missing after "{target}"')
    return "".join(indent + row if row.strip() else row for row in _rows(shown)), kept, name


def _read(name: str, book: Book, line: int) -> list[str]:
    root = book.programs.resolve()
    try:
        file = (root / name).resolve()
    except (OSError, RuntimeError, ValueError):
        raise Mistake(line, f'"{visible(name)}" is no name of a file') from None
    if not file.is_relative_to(root):
        raise Mistake(line, f'"{name}" leads out of {book.snippets}/; include only files inside it')
    if not file.is_file():
        raise Mistake(line, f"no file {book.snippets}/{name}{_nearest(name, root)}")
    try:
        if file.stat().st_size > CHAPTER_BYTES:
            raise Mistake(line, f"{book.snippets}/{name} is larger than {CHAPTER_BYTES >> 10} KiB")
        source = file.read_bytes().decode()
    except UnicodeDecodeError:
        raise Mistake(
            line, f"{book.snippets}/{name} is not UTF-8; only text can be included"
        ) from None
    if source and not source.endswith("\n"):
        source += "\n"
    return _rows(source)


def _rows(text: str) -> list[str]:
    """Split at line feeds only: a form feed in a C file does not end a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _nearest(name: str, root: Path) -> str:
    folder = (root / name).parent
    files = [str(file.relative_to(root)) for file in folder.glob("*") if file.is_file()]
    near = difflib.get_close_matches(name, files, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _without_blank_ends(rows: list[str]) -> str:
    """Join `rows`; a formatter keeps blank lines between a function and its end mark."""
    code = [row for row, line in enumerate(rows) if line.strip()]
    return "".join(rows[code[0] : code[-1] + 1]) if code else ""


def _section(source: list[str], name: str, section: str, line: int) -> str:
    markers = [(row, m) for row, line in enumerate(source) if (m := _MARKER.search(line))]
    edges = [(row, m[1]) for row, m in markers if m[2] == section]
    match [edge for _, edge in edges]:
        case ["start", "end"]:
            (first, _), (last, _) = edges
            rows = [row for row in source[first:last] if not _MARKER.search(row)]
            return _without_blank_ends(rows)
        case ["start"]:
            raise Mistake(line, f"{name} never ends the section; add --8<-- [end:{section}] there")
        case [_, *_]:
            raise Mistake(line, f"{name} must start the section {section} once, then end it once")
    names = sorted({m[2] for _, m in markers})
    known = f"it has {', '.join(names)}" if names else f"mark it with --8<-- [start:{section}]"
    raise Mistake(line, f"{name} has no section {section}; {known}")


def expanded(document: Document) -> str:
    """Return the chapter with the programs in place of its include lines."""
    lines = document.text.split("\n")
    for fence in reversed(document.fences):
        if fence.included:
            last = fence.end - 1 if fence.closed else fence.end
            first = fence.line if fence.fenced else fence.line - 1
            lines[first:last] = _indented(clean(fence.text), fence.indent)
    return "\n".join(lines)


def _indented(code: str, indent: str) -> list[str]:
    rows = code.removesuffix("\n").split("\n") if code else []
    # Nothing ends in spaces because of the list or quotation that it stands in.
    return [indent + row if row else indent.rstrip() for row in rows]
