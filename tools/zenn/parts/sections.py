"""The sections of a chapter, what each needs of the others, and where it is cut between them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from zenn.model import line_of
from zenn.parser import split_front_matter
from zenn.syntax import zenn_markdown
from zenn.syntax.links import chapter_link

LONGEST_CHAPTER = 50_000  # characters, programs and front matter included
ROOM = len("-99")
"""What a link grows by, at most, where what it leads to is in another part."""

Address = Callable[[str], str]
"""Makes the link to one of Zenn's chapters of its name."""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote ``[^label]: …``: its lines (from 0, the end excluded), what stands in it, and the
    notes that it refers to. One within a list or a quotation is not `free`, and stays there."""

    begin: int
    end: int
    free: bool
    tokens: tuple[Token, ...]
    refers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Section:
    """What begins at a ``##``, or at the head: its lines (from 0, the end excluded), the most
    characters that it can have at Zenn, and the notes that it refers to, also by way of others,
    with theirs."""

    begin: int
    end: int
    cost: int
    notes: dict[str, int]

    @property
    def alone(self) -> int:
        """How many characters it has with its notes."""
        return self.cost + sum(self.notes.values())


@dataclass(frozen=True, slots=True)
class Whole:
    """A chapter's text, in `lines`, with its front matter apart; `tokens` are in the file's order,
    footnotes where they are written. `references` are lines ``[label]: address``, by their
    number, of which the first of a label holds; of notes it is the last."""

    front: str
    lines: tuple[str, ...]
    tokens: tuple[Token, ...]
    notes: dict[str, Note]
    references: dict[int, str]


@cache
def _markdown() -> MarkdownIt:
    markdown = zenn_markdown()
    markdown.core.ruler.disable("footnote_tail")
    return markdown


def whole(text: str) -> Whole:
    """Read a chapter as Zenn gets it, without what it includes."""
    front, _ = split_front_matter(text)
    body = "\n" * front.count("\n") + text[len(front) :]
    env: dict[str, Any] = {}
    tokens = _markdown().parse(body, env)
    _inline_notes(tokens, env)
    lines = tuple(body.removesuffix("\n").split("\n"))
    return Whole(front, lines, tuple(tokens), _notes(tokens), _references(tokens, lines))


def _inline_notes(tokens: Iterable[Token], env: dict[str, Any]) -> None:
    """Give each ``^[note in the line]`` its tokens, which are kept apart, as children."""
    listed = env.get("footnotes", {}).get("list", {})
    for token in everything(tokens):
        if token.type == "footnote_ref" and "label" not in token.meta:
            token.children = listed[token.meta["id"]]["tokens"]


def everything(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield tokens with what stands in them."""
    for token in tokens:
        yield token
        yield from everything(token.children or ())


def _notes(tokens: Sequence[Token]) -> dict[str, Note]:
    found = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.type == "footnote_reference_open":
            opened.append(at)
        elif token.type == "footnote_reference_close":
            begin = opened.pop()
            first, last = tokens[begin].map or (0, 0)
            inside = tuple(tokens[begin + 1 : at])
            free = tokens[begin].level == 0
            found[tokens[begin].meta["label"]] = Note(first, last, free, inside, _refers(inside))
    return found


def _refers(tokens: Iterable[Token]) -> frozenset[str]:
    refs = (token for token in everything(tokens) if token.type == "footnote_ref")
    return frozenset(token.meta["label"] for token in refs if "label" in token.meta)


def _references(tokens: Iterable[Token], lines: Sequence[str]) -> dict[int, str]:
    found: dict[str, tuple[int, str]] = {}
    for token in tokens:
        if token.type == "definition" and token.meta["label"] != "//":
            begin, end = token.map or (0, 0)
            first, *more = lines[begin:end]
            written = [first[first.index("[") :], *(line.lstrip(" \t>") for line in more)]
            found.setdefault(token.meta["id"], (begin, "\n".join(written)))
    return dict(found.values())


def growth(tokens: Iterable[Token], name: str, address: Address, *, inside: bool) -> int:
    """Return by how many characters links grow at most; `inside`, also those within the chapter."""
    most = 0
    for token in everything(tokens):
        if token.type == "link_open":
            href = str(token.attrGet("href") or "")
            if link := chapter_link(href):
                most += len(address(link[0])) - len(link[0]) + ROOM
            elif inside and href.startswith("#"):
                most += len(address(name)) + ROOM
    return most


def sections(chapter: Whole, name: str, address: Address) -> list[Section]:
    """Return the sections of a chapter in their order; what precedes the first ``##`` is one."""
    begins = [
        line_of(token) - 1
        for token in chapter.tokens
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0
    ]
    first = chapter.front.count("\n")
    if not begins or any(line.strip() for line in chapter.lines[first : begins[0]]):
        begins.insert(0, first)
    else:
        begins[0] = first
    costs = {
        label: _cost(note, chapter.lines) + growth(note.tokens, name, address, inside=True)
        for label, note in chapter.notes.items()
    }
    spared = [0] * len(begins)
    tokens: list[list[Token]] = [[] for _ in begins]
    for line, token in outside_notes(chapter.tokens):
        tokens[bisect_right(begins, line) - 1].append(token)
    for note in chapter.notes.values():
        if note.free:
            spared[bisect_right(begins, note.begin) - 1] += _cost(note, chapter.lines) - 2
    found = []
    for at, (begin, end) in enumerate(pairwise([*begins, len(chapter.lines)])):
        cost = sum(len(line) + 1 for line in chapter.lines[begin:end]) - spared[at]
        cost += growth(tokens[at], name, address, inside=True)
        notes = {label: costs[label] for label in referred(tokens[at], chapter.notes)}
        found.append(Section(begin, end, cost, notes))
    return found


def _cost(note: Note, lines: Sequence[str]) -> int:
    return 1 + sum(len(line) + 1 for line in lines[note.begin : note.end])


def outside_notes(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield the tokens that are in no note, each with a line (from 0) of its section."""
    line = depth = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        depth += {"footnote_reference_open": 1}.get(token.type, 0)
        if not depth:
            yield line, token
        depth -= {"footnote_reference_close": 1}.get(token.type, 0)


def referred(tokens: Iterable[Token], notes: dict[str, Note]) -> frozenset[str]:
    """Return the labels of the notes that are needed where these tokens stand."""
    labels, found = _refers(tokens), frozenset[str]()
    while more := labels - found:
        found |= more
        labels = frozenset[str]().union(*(notes[label].refers for label in more))
    return found


def cuts(sections: Sequence[Section], room: int) -> list[int]:
    """Return the sections that parts begin with: as few parts as can be of at most `room`
    characters, and of these the longest as short as it can be. None is longer alone."""
    fewest = len(_filled(sections, room))
    low, high = max(section.alone for section in sections), room
    while low < high:
        middle = (low + high) // 2
        fits = len(_filled(sections, middle)) <= fewest
        low, high = (low, middle) if fits else (middle + 1, high)
    return _filled(sections, low)


def _filled(sections: Sequence[Section], room: int) -> list[int]:
    """The first sections of parts that are filled one after the other."""
    starts, used = [0], 0
    notes: dict[str, int] = {}
    for at, section in enumerate(sections):
        more = section.cost + sum(section.notes[label] for label in section.notes.keys() - notes)
        if used + more > room:
            starts.append(at)
            used, more, notes = 0, section.alone, {}
        used += more
        notes |= section.notes
    return starts
