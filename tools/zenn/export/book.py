"""The whole book for Zenn: ``books/SLUG/`` with config.yaml and chapters, ``images/`` with theirs.

A list of what was written, with digests, lies beside them: the next export removes what is left
over by it, and touches nothing else.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from zenn.book import Book, BookAddress, ProjectError, book_address
from zenn.export.chapter import Places, exported
from zenn.guard import leads_out
from zenn.guard.bounds import compose_yaml
from zenn.lint import Shelf, lint_book
from zenn.lint.metadata import MOST_CHAPTERS
from zenn.lint.shelf import Draft
from zenn.model import ChapterError, clean
from zenn.parts import divided


class Refused(Exception):
    """Why nothing was exported; `sentences` are for the author."""

    def __init__(self, sentences: Iterable[object]) -> None:
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__("\n".join(self.sentences))


def export(book: Book, folder: Path) -> str:
    """Write the book into `folder`, and return one sentence on what was written.

    Raises Refused where lint finds something in a chapter of the book, or where a file is in the
    way that no export wrote; OSError where the folder can't be written.
    """
    try:
        address = book_address(book)
        files = contents(book, address)
    except (ProjectError, ChapterError) as error:
        raise Refused([error]) from error
    # Lines ``digest  path``, as sha256sum(1) writes and checks them.
    listed = folder / f".{book.name}-export"
    written = _listed(listed)
    _refuse_foreign(folder, files, written)
    _write(folder, files, written, listed)
    chapters = sum(name.endswith(".md") for name in files)
    kind = "full URLs" if address.url else "names, as ZENN_URL is not set"
    return f"{folder}: {chapters} chapters, {len(files)} files; links between chapters are {kind}"


def contents(book: Book, address: BookAddress) -> dict[str, bytes]:
    """Return the files of the export, by their paths in its folder.

    Raises Refused for what lint finds, ChapterError for what can't be exported.
    """
    shelf = Shelf(book)
    pages = {Path(book.docs, f"{name}.md") for name in {*shelf.names} - {*(shelf.chapters or ())}}
    found = [finding for finding in lint_book(book) if finding.path not in pages]
    if found:
        raise Refused(found)
    read = {name: shelf.document(name) for name in shelf.chapters or ()}
    documents = {name: found for name, found in read.items() if found}  # lint has read them all
    parts = {name: divided(found, address.chapter) for name, found in documents.items()}
    names = {name: [part.name for part in parts[name]] for name in parts}
    if sum(map(len, names.values())) > MOST_CHAPTERS:
        long = ", ".join(name for name in names if len(names[name]) > 1)
        raise Refused([f"Zenn takes {MOST_CHAPTERS} chapters of a book, with the parts of {long}"])
    config = clean((book.chapters / "config.yaml").read_text("utf-8"))
    home = f"books/{address.slug}"
    files = {f"{home}/config.yaml": with_parts(config, names).encode()}
    for document in documents.values():
        for name, text in exported(document, Places(parts, address.chapter)).items():
            files[f"{home}/{name}.md"] = text.encode()
        for _, token in Draft(document, shelf).tokens("image"):
            image = unquote(str(token.attrGet("src"))).removeprefix("/")
            if why := leads_out(book.chapters / image, (book.chapters / "images",)):
                raise Refused([why])
            files[image] = (book.chapters / image).read_bytes()
    return files


def with_parts(config: str, names: Mapping[str, Sequence[str]]) -> str:
    """Return config.yaml with the parts of its chapters listed; `names` are those of each."""
    lines = config.split("\n")
    top: Any = compose_yaml(config)
    (chapters,) = (value for key, value in top.value if key.value == "chapters")
    for item in reversed(chapters.value):
        number, column = item.end_mark.line, item.end_mark.column
        line, more = lines[number], names[item.value][1:]
        head = line[: item.start_mark.column]
        if head.strip() == "-":
            lines[number + 1 : number + 1] = [head + name for name in more]
        else:  # [in, brackets]
            lines[number] = line[:column] + "".join(f", {name}" for name in more) + line[column:]
    return "\n".join(lines)


def _listed(file: Path) -> dict[str, set[str]]:
    """Return the digests that each path was written with; two, if that export was cut short."""
    found: dict[str, set[str]] = {}
    for line in file.read_text("utf-8").splitlines() if file.is_file() else []:
        digest, _, path = line.partition("  ")
        found.setdefault(path, set()).add(digest)
    return found


def _refuse_foreign(
    folder: Path, files: Mapping[str, bytes], written: Mapping[str, set[str]]
) -> None:
    """Let nothing be overwritten or removed but what an export wrote and nobody has changed."""
    sentences = []
    for path in sorted({*files, *written}):
        file = folder / path
        if not file.exists() or (path in files and file.read_bytes() == files[path]):
            continue
        if _digest(file.read_bytes()) not in written.get(path, ()):
            said = "has been changed since its export" if path in written else "is of no export"
            sentences.append(f"{file} {said}; move it away, and export again")
    if sentences:
        raise Refused(sentences)


def _write(
    folder: Path, files: Mapping[str, bytes], written: Mapping[str, set[str]], listed: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    new = {path: {_digest(data)} for path, data in files.items()}
    # First both: whatever of this is done when it is cut short, the next export knows its files.
    _save(
        listed,
        {path: written.get(path, set()) | new.get(path, set()) for path in {*written, *new}},
    )
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    for path in sorted(set(written) - set(files)):
        (folder / path).unlink(missing_ok=True)
    _save(listed, new)


def _save(file: Path, listed: Mapping[str, set[str]]) -> None:
    rows = sorted((path, digest) for path, digests in listed.items() for digest in digests)
    file.write_text("".join(f"{digest}  {path}\n" for path, digest in rows), "utf-8")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
