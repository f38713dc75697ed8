"""What the parser hands on: a chapter as headings and fences, with their line numbers.

Lines are 1-based and count from the first line of the file, front matter included.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from markdown_it.token import Token

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

Kind = Literal["program", "console", "result", "file", "shown"]
"""What a block is; `zenn.fences` decides it."""


class Mistake(Exception):
    """What an author can mend at a line of a chapter; `at` says of which chapter."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


class ChapterError(Exception):
    """A mistake that an author can mend: prints as ``docs/02-uts.md:41: what is wrong``.

    `also` are the chapter's other mistakes, which print below it.
    """

    def __init__(
        self, path: Path | str, line: int, message: str, also: Sequence[Mistake] = ()
    ) -> None:
        others = "".join(f"\n{path}:{one.line}: {one.message}" for one in also)
        super().__init__(f"{path}:{line}: {message}{others}")
        self.path = Path(path)
        self.line = line
        self.message = message
        self.also = tuple(also)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.line, self.message, self.also)


@contextmanager
def at(path: Path) -> Iterator[None]:
    """Within it a `Mistake` becomes the `ChapterError` of the chapter `path`."""
    try:
        yield
    except Mistake as mistake:
        raise ChapterError(path, mistake.line, mistake.message) from mistake


def raise_all(path: Path, mistakes: Iterable[Mistake]) -> None:
    """Raise one ChapterError for all mistakes of a chapter, if there are any."""
    if found := sorted(mistakes, key=lambda mistake: mistake.line):
        raise ChapterError(path, found[0].line, found[0].message, found[1:]) from found[0]


@dataclass(frozen=True, slots=True)
class Comment:
    """A line ``[//]: # (text)``. It shows nothing; the harness reads its settings there."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the id that Zenn gives it (``## はじめに`` has level 2)."""

    level: int
    text: str
    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """One code block of the chapter, fenced or indented.

    `language`, `words` and `title` are the info string ``language word word:title``.
    `text` is the code as a reader sees it, includes expanded, ending in a newline unless empty.
    `whole` is the file that `text` shows a part of: they differ only where a named section is
    included. `source` is the file below `snippets` that all of it is included from, whole or in
    part; empty if there is none, or more. `line` and `end` are the lines of the opening and of the
    closing fence (the last line of the code where the fence is indented or never closed). `indent`
    is what precedes every line of the code in the file, in a list or a quotation. `comments` are
    those right before the fence.
    """

    kind: Kind
    language: str
    words: tuple[str, ...]
    title: str
    text: str
    whole: str
    line: int
    end: int
    closed: bool
    fenced: bool
    included: bool
    source: str
    indent: str
    comments: tuple[Comment, ...]

    @property
    def digest(self) -> str:
        """Of all that this block contributes to a run: it changes when anything of that does."""
        words = [word for word in self.words if not is_appearance(word)]
        parts = [self.language, *words, self.title, self.text, self.whole]
        parts += [comment.text for comment in self.comments]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_appearance(word: str) -> bool:
    """Tell words that change only how a block looks (`zenn.fences.Appearance`)."""
    return word == "linenos" or word.startswith("hl=")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed chapter.

    `path` is as it was given to the parser. `tokens` are markdown-it-py's, for renderers; a token
    of a code block carries its `Fence` as ``token.meta["fence"]``.
    """

    path: Path
    front_matter: dict[str, Any]
    text: str
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]
    comments: tuple[Comment, ...]
    tokens: tuple[Token, ...]


def line_of(token: Token) -> int:
    """Return the line that a block begins at; 1 for a token that markdown-it gives no place."""
    return (token.map or [0])[0] + 1


def clean(text: str) -> str:
    """Make every line end in a line feed and drop control characters, which no reader can see."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)
