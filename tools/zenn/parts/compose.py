"""The texts of a chapter's parts: front matter, sections, and the notes that they refer to."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from markdown_it.token import Token

from zenn.includes import expanded
from zenn.model import Document, Mistake
from zenn.parser import front_matter_node
from zenn.parts.sections import (
    LONGEST_CHAPTER,
    Address,
    Section,
    Whole,
    cuts,
    growth,
    outside_notes,
    referred,
    sections,
    whole,
)

LONGEST_TITLE = 70  # UTF-16 code units, as JavaScript counts


@dataclass(frozen=True, slots=True)
class Part:
    """One of Zenn's chapters: its name there, its text, in which no link is changed yet, and the
    ids that its headings have, by those that they have in the chapter."""

    name: str
    text: str
    ids: dict[str, str]


def divided(document: Document, address: Address, most: int = LONGEST_CHAPTER) -> tuple[Part, ...]:
    """Return what a chapter becomes at Zenn, in parts of at most `most` characters.

    They are cut at its ``##``. With the addresses that `address` makes no part gets longer.
    Raises Mistake at a section that is too long by itself.
    """
    text = without_machine(expanded(document))
    name = document.path.stem
    ids = {heading.id: heading.id for heading in document.headings if heading.id}
    if len(text) + growth(document.tokens, name, address, inside=False) <= most:
        return (Part(name, text, ids),)
    chapter = whole(text)
    found = sections(chapter, name, address)
    room = most - len(_front(chapter.front, 99)) - 2
    room -= sum(len(text) + 2 for text in chapter.references.values())
    for at, section in enumerate(found):
        if section.alone > room:
            raise Mistake(_line(document, at - len(found)), _too_long(section, most))
    starts = cuts(found, room)
    ranges = [found[first:last] for first, last in pairwise([*starts, len(found)])]
    for part in ranges:
        _refuse_nested(document, chapter, part)
    texts = [
        _composed(chapter, part, _front(chapter.front, number))
        for number, part in enumerate(ranges, 1)
    ]
    parts = [whole(text) for text in texts]
    if not _same(chapter, parts) or max(map(len, texts)) > most:
        raise Mistake(1, "Zenn would read this chapter otherwise in parts")
    before = iter(_ids(chapter))
    return tuple(
        Part(
            f"{name}-{number}" if number > 1 else name, text, {next(before): i for i in _ids(part)}
        )
        for number, (text, part) in enumerate(zip(texts, parts, strict=True), 1)
    )


def without_machine(text: str) -> str:
    """A chapter without what its front matter says to the harness, which is nothing to Zenn."""
    node = front_matter_node(text)
    lines = text.split("\n")
    pairs = node.value if node and not node.flow_style else []
    for key, value in reversed(pairs):
        if key.value == "machine":
            begin, end = key.start_mark.line + 1, value.end_mark.line + 1
            blocks = isinstance(value, yaml.CollectionNode) and not value.flow_style
            lines[begin : end + (not blocks)] = []
    return "\n".join(lines)


def _line(document: Document, section: int) -> int:
    """The line in the file at which a section begins, counted from the last (-1)."""
    tokens = document.tokens
    heads = [t for t in tokens if t.type == "heading_open" and t.tag == "h2" and not t.level]
    at = len(heads) + section
    return (heads[at].map or [0])[0] + 1 if at >= 0 else 1


def _too_long(section: Section, most: int) -> str:
    return (
        f"Zenn refuses a chapter of more than {most:,} characters, and can't be given this one in "
        f"parts: it has {section.alone:,} (programs included) up to the next ##; divide them by one"
    )


def _front(front: str, number: int) -> str:
    """The front matter of a part: a title that counts from the second on."""
    node = front_matter_node(front)
    titles = [value for key, value in node.value if key.value == "title"] if node else []
    if number == 1 or not titles:
        return front
    written, offset = titles[-1], front.index("\n") + 1
    begin, end = (offset + mark.index for mark in (written.start_mark, written.end_mark))
    title = json.dumps(_title(written.value, number), ensure_ascii=False)
    return front[:begin] + title + "\n" * front[begin:end].endswith("\n") + front[end:]


def _title(title: str, number: int) -> str:
    mark = f" ({number})"
    if title_length(title + mark) <= LONGEST_TITLE:
        return title + mark
    while title_length(f"{title}…{mark}") > LONGEST_TITLE:
        title = title[:-1]
    return f"{title.rstrip()}…{mark}"


def title_length(title: str) -> int:
    """Return the length of a title as Zenn counts it, an emoji as two."""
    return len(title.encode("utf-16-le", "surrogatepass")) // 2


def _composed(chapter: Whole, part: Sequence[Section], front: str) -> str:
    """The text of a part, with the notes and the references ``[label]: …`` that it lacks."""
    begin, end = part[0].begin, part[-1].end
    needed = {label for section in part for label in section.notes}
    kept = {label for label, note in chapter.notes.items() if begin <= note.begin < end}
    lines: list[str | None] = list(chapter.lines)
    for label in kept - needed:
        note = chapter.notes[label]
        if note.free:
            lines[note.begin : note.end] = ["", *[None] * (note.end - note.begin - 1)]
    body = "\n".join(line for line in lines[begin:end] if line is not None).strip("\n")
    missing = [text for at, text in chapter.references.items() if not begin <= at < end]
    moved = [
        "\n".join(chapter.lines[note.begin : note.end]).rstrip()
        for label, note in chapter.notes.items()
        if label in needed - kept
    ]
    return front + "\n" + "\n\n".join([*missing, body, *moved]) + "\n"


def _refuse_nested(document: Document, chapter: Whole, part: Sequence[Section]) -> None:
    """A note that stands in a list or a quotation can't be taken along to another part."""
    begin, end = part[0].begin, part[-1].end
    for label in sorted({label for section in part for label in section.notes}):
        note = chapter.notes[label]
        if not note.free and not begin <= note.begin < end:
            lines = document.text.split("\n")
            line = next((n for n, text in enumerate(lines, 1) if f"[^{label}]:" in text), 1)
            why = "this footnote is used in another part of the chapter, which is cut for Zenn"
            raise Mistake(line, f"{why}; write it outside of lists and quotations")


def _same(chapter: Whole, parts: Sequence[Whole]) -> bool:
    """Whether the parts, one after the other, read as the chapter does, their notes as well."""
    read = [_shape(token) for part in parts for token in _shown(part)]
    if read != [_shape(token) for token in _shown(chapter)]:
        return False
    return all(
        [_shape(token) for token in part.notes[label].tokens]
        == [_shape(token) for token in chapter.notes[label].tokens]
        for part in parts
        for label in referred(_shown(part), part.notes)
    )


def _shown(chapter: Whole) -> list[Token]:
    return [
        token
        for _, token in outside_notes(chapter.tokens)
        if token.type != "definition" or token.meta["label"] == "//"
    ]


def _shape(token: Token) -> tuple[Any, ...]:
    attributes = {name: value for name, value in token.attrs.items() if name != "id"}
    children = [_shape(child) for child in token.children or ()]
    said = (token.content, token.info, token.meta.get("label"), token.meta.get("title"))
    return (token.type, token.tag, token.markup, token.level, attributes, said, children)


def _ids(chapter: Whole) -> Iterator[str]:
    for token in _shown(chapter):
        if token.type == "heading_open" and (found := token.attrGet("id")):
            yield str(found)
