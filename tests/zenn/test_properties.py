"""What holds for any text at all."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from project import render
from texts import COMMONMARK, ZENN, texts

from zenn.book import Book
from zenn.model import ChapterError, Document, clean
from zenn.parser import parse


def read(text: str) -> Document:
    return parse(text, Path("docs/a.md"), Book(Path("nowhere")))


def code(text: str) -> list[str]:
    text = clean(text)
    tokens = MarkdownIt("js-default").parse(text if text.endswith("\n") else text + "\n")
    return [token.content for token in tokens if token.type in ("fence", "code_block")]


@given(texts(COMMONMARK))
def test_code_is_what_commonmark_says(text: str) -> None:
    assert [fence.text for fence in read("\n" + text).fences] == code("\n" + text)


@given(texts(COMMONMARK + ZENN))
def test_any_text_can_be_read_and_shown(text: str) -> None:
    try:
        document = read(text)
    except ChapterError as error:
        lines = range(1, text.count("\n") + text.count("\r") + 2)
        assert error.line in lines  # noqa: PT017
        return
    page = render(text, docs="", record="")
    assert page.count("data-block=") == len(document.fences) or not text.strip()


@given(texts(COMMONMARK + ZENN))
def test_a_fence_stands_at_its_line_with_its_indent(text: str) -> None:
    try:
        document = read("---\na: b\n---\n" + text)
    except ChapterError:
        return
    lines = document.text.split("\n")
    for fence in document.fences:
        assert 1 <= fence.line <= fence.end <= len(lines)
        if fence.fenced:
            assert "```" in lines[fence.line - 1] or "~~~" in lines[fence.line - 1]
        if fence.closed:
            assert "```" in lines[fence.end - 1] or "~~~" in lines[fence.end - 1]
            assert fence.text.count("\n") == fence.end - fence.line - 1


@given(
    st.sampled_from(["", "> ", "- ", "1. ", "> - ", "10. > ", ">  1.  - "]),
    st.lists(st.sampled_from(["a", "  b", "", "\tc", "# d", "- e"]), max_size=4),
)
def test_writing_code_behind_its_indent_reads_the_same(opening: str, rows: list[str]) -> None:
    opened = read(f"{opening}```sh\n").fences[0]
    body = "".join(f"{opened.indent}{row}\n" for row in rows)
    (fence,) = read(f"{opening}```sh\n{body}{opened.indent}```\n").fences
    assert fence.text == "".join(f"{row}\n" for row in rows)
    assert fence.closed
