"""The export of any text reads as the text does."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from texts import COMMONMARK, ZENN, texts

from zenn.book import Book
from zenn.export.chapter import exported, shape
from zenn.model import ChapterError
from zenn.parser import parse

BOOK = Book(Path(__file__).parent)
PIECES = [
    *COMMONMARK, *ZENN, "[a](01-a)", "](01-a", "](02-b)", '![a](/images/a.png "b")', "01-a",
    '\n--8<-- "tabs.c"\n', '\n--8<-- "fences.md"\n', '\n--8<-- "empty"\n', "```\n--8<--",
]  # fmt: skip


def address(name: str) -> str:
    return f"https://zenn.example/me/books/namespace-book/viewer/{name}"


def itself(name: str) -> str:
    return name


@given(texts(PIECES))
def test_the_export_of_any_text_reads_the_same_or_is_refused(text: str) -> None:
    try:
        document = parse(text, Path("docs/a.md"), BOOK)
        there = exported(document, address)
    except ChapterError:
        return
    again = parse(there, document.path, None)
    assert shape(again, address) == shape(document, address)
    assert [fence.text for fence in again.fences] == [fence.text for fence in document.fences]
    if not any(fence.included for fence in document.fences):
        assert exported(document, itself) == document.text


INDENTS = ["", "- ", "1. ", "> ", "> - ", "10. > "]


@given(
    st.sampled_from(INDENTS),
    st.lists(st.sampled_from(["text", "[a](01-a)", "`[a](01-a)`", "[**b**](02-b#c)", "*[c](01-a)*",
                              "![d](/images/a.png)", "$x$", "\\[e](01-a)"])),
    st.sampled_from(["tabs.c", "empty", "fences.md"]),
)  # fmt: skip
def test_what_an_author_writes_is_not_refused(indent: str, line: list[str], name: str) -> None:
    room = "".join(" " if letter != ">" else ">" for letter in indent)
    text = (
        f'{indent}{" ".join(line)}\n{room.rstrip()}\n{room}````c\n{room}--8<-- "{name}"\n{room}````'
    )
    document = parse(text, Path("docs/a.md"), BOOK)
    (fence,) = document.fences
    assert fence.included
    there = exported(document, address)
    plain = sum(piece.startswith(("[", "*[")) for piece in line)
    assert there.count("zenn.example") == plain
