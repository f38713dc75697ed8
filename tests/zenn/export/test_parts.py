"""A chapter that is longer than Zenn takes becomes several of Zenn's, at its ``##``."""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import COMMONMARK, ZENN, texts

from zenn.book import Book
from zenn.export.book import Refused, export, with_parts
from zenn.export.chapter import Places, exported
from zenn.lint import Trap, lint_files
from zenn.model import ChapterError, Mistake
from zenn.parser import parse
from zenn.parts import divided
from zenn.parts.sections import Section, cuts

HOME = "books/namespace-book"
LONG = "\n\n".join(["長" * 98] * 160)  # 16,000 characters
LONGER = "\n\n".join([LONG, *["長" * 98] * 80])
CHAPTER = f"""\
---
title: '章: "a"' # b
machine:
  whole: true
free: true
---

はじめ[^2]と[三](#三)。

## 一

{LONG}[^1]

### 演習

[二の演習](#演習-1)、[三の演習](#演習-2)、[z][z]

## 二

{LONG}

### 演習

## 三

[一](#一)、[演習](#演習-2)、[前の演習](#演習)[^2]、[z][z]、[自分](01-a#三)

{LONGER}

### 演習

[^1]: 一で使う[^3]。

    [三へ](#三)

[^2]: どちらでも使う。

[^3]: 注の注。

[z]: https://a.example
"""
FIRST = f"""\
---
title: '章: "a"' # b
free: true
---

[z]: https://a.example

はじめ[^2]と[三](01-a-2#三)。

## 一

{LONG}[^1]

### 演習

[二の演習](#演習-1)、[三の演習](01-a-2#%E6%BC%94%E7%BF%92)、[z][z]

## 二

{LONG}

### 演習

[^1]: 一で使う[^3]。

    [三へ](01-a-2#三)

[^2]: どちらでも使う。

[^3]: 注の注。
"""
SECOND = f"""\
---
title: "章: \\"a\\" (2)" # b
free: true
---

## 三

[一](01-a#一)、[演習](#%E6%BC%94%E7%BF%92)、[前の演習](01-a#演習)[^2]、[z][z]、[自分](01-a-2#三)

{LONGER}

### 演習

[^2]: どちらでも使う。

[z]: https://a.example
"""
OTHER = """\
---
title: b
---

[x](01-a) [y](01-a#二) [`z`](<01-a#三> "題") [`w`](01-a#演習-2)

| [a \\| b](01-a#三) `\\|` | [c](01-a#三) |
|--|--|
"""


@pytest.fixture
def long(book: Book) -> Book:
    """The book, with a chapter of 56,000 characters."""
    (book.chapters / "01-a.md").write_text(CHAPTER, "utf-8")
    (book.chapters / "02-b.md").write_text(OTHER, "utf-8")
    return book


def there(folder: Path, name: str) -> str:
    return (folder / HOME / name).read_text("utf-8")


def lines_up(text: str) -> str:
    return re.sub("\n{3,}", "\n\n", text)


def test_a_chapter_of_56000_characters_becomes_two(long: Book, tmp_path: Path) -> None:
    said = export(long, tmp_path)
    assert "3 chapters" in said
    assert lines_up(there(tmp_path, "01-a.md")) == FIRST
    assert lines_up(there(tmp_path, "01-a-2.md")) == SECOND
    assert '[x](01-a) [y](01-a#二) [`z`](<01-a-2#三> "題")' in there(tmp_path, "02-b.md")
    assert "[`w`](01-a-2#%E6%BC%94%E7%BF%92)" in there(tmp_path, "02-b.md")
    assert "| [a \\| b](01-a-2#三) `\\|` | [c](01-a-2#三) |" in there(tmp_path, "02-b.md")
    assert "  - 01-a\n  - 01-a-2\n  - 02-b\n" in there(tmp_path, "config.yaml")
    assert lint_files([long.chapters], long) == []


def test_what_was_a_part_is_removed_when_its_chapter_is_short_again(
    long: Book, tmp_path: Path
) -> None:
    export(long, tmp_path)
    first = {file.name: file.read_bytes() for file in (tmp_path / HOME).iterdir()}
    export(long, tmp_path)
    assert {file.name: file.read_bytes() for file in (tmp_path / HOME).iterdir()} == first
    (long.chapters / "01-a.md").write_text(CHAPTER.replace(LONGER, "短い"), "utf-8")
    export(long, tmp_path)
    names = sorted(file.name for file in (tmp_path / HOME).iterdir())
    assert names == ["01-a.md", "02-b.md", "config.yaml"]
    assert '(<01-a#三> "題")' in there(tmp_path, "02-b.md")


def test_addresses_are_counted_too(long: Book, tmp_path: Path) -> None:
    """A chapter that fits by its names, and does not by its links' full addresses."""
    links = "[a](02-b)" * 100
    text = f"---\ntitle: a\n---\n\n## 一\n\n{links}\n\n## 二\n\n"
    text += ("長" * 98 + "\n\n") * 480
    (long.chapters / "01-a.md").write_text(text, "utf-8")
    (long.chapters / "02-b.md").write_text("---\ntitle: b\n---\n", "utf-8")
    export(long, tmp_path)
    assert not (tmp_path / HOME / "01-a-2.md").exists()
    url = "https://zenn.dev/me/books/namespace-book"
    config = f"extra: {{zenn: {{slug: namespace-book, url: {url}}}}}"
    (long.root / "mkdocs.yml").write_text(config)
    export(long, tmp_path)
    assert there(tmp_path, "01-a.md").count(f"[a]({url}/viewer/02-b)") == 100
    assert all(len(there(tmp_path, name)) <= 50_000 for name in ("01-a.md", "01-a-2.md"))


def finding(book: Book, text: str) -> Trap:
    (book.chapters / "01-a.md").write_text(text, "utf-8")
    (found,) = lint_files([book.chapters / "01-a.md"], book)
    return found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"## 一\n\n## 二\n\n{LONGER * 3}\n", 7),
        (f"前\n\n{LONGER * 3}\n\n## 一\n", 1),
        (f":::details a\n\n## 一\n\n{LONGER}\n\n## 二\n\n{LONGER * 2}\n\n:::\n\n## 三\n", 1),
    ],
)
def test_a_section_that_is_too_long_by_itself_is_refused_at_its_line(
    long: Book, tmp_path: Path, text: str, line: int
) -> None:
    found = finding(long, f"---\ntitle: a\n---\n\n{text}")
    assert (found.rule, found.line) == ("chapter-length", line)
    assert re.search(r"it has 7\d,\d{3} \(programs included\) up to the next ##", found.message)
    with pytest.raises(Refused, match=f"docs/01-a.md:{line}: Zenn refuses a chapter of more than"):
        export(long, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_part_that_would_have_another_s_name_is_refused(long: Book) -> None:
    (long.chapters / "01-a-2.md").write_text("---\ntitle: c\n---\n", "utf-8")
    found = finding(long, CHAPTER)
    assert (found.rule, found.line) == ("chapter-name", 1)
    assert "its part 01-a-2 has the name of another chapter" in found.message


def test_a_note_in_a_quotation_is_not_taken_along(long: Book) -> None:
    found = finding(long, CHAPTER.replace("[^2]: ど", "> [^2]: ど"))
    assert (found.rule, found.line) == (
        "chapter-length",
        CHAPTER.split("\n").index("[^2]: どちらでも使う。") + 1,
    )
    assert "write it outside of lists and quotations" in found.message


@pytest.mark.parametrize(
    ("title", "second"),
    [
        ("a" * 66, "a" * 66 + " (2)"),
        ("a" * 67, "a" * 65 + "… (2)"),
        ("😀" * 35, "😀" * 32 + "… (2)"),
        ("|\n  a", "a\n (2)"),
    ],
)
def test_a_title_stays_within_70(title: str, second: str) -> None:
    text = f"---\ntitle: {title}\nfree: true\n---\n\n## 一\n\n{'a' * 50}\n\n## 二\n\n{'b' * 50}\n"
    _, part = divided(parse(text, Path("docs/a.md"), None), str, len(text) - 1)
    read = parse(part.text, Path("docs/a-2.md"), None)
    assert read.front_matter == {"title": second, "free": True}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("chapters:\n  - 'a' # b\n  - c\ntitle: d\n",
         "chapters:\n  - 'a' # b\n  - a-2\n  - a-3\n  - c\n  - c-2\ntitle: d\n"),
        ("chapters: [a,\n  c]\n", "chapters: [a, a-2, a-3,\n  c, c-2]\n"),
        ("chapters:\n- a\n- c", "chapters:\n- a\n- a-2\n- a-3\n- c\n- c-2"),
    ],
)  # fmt: skip
def test_parts_are_listed_after_their_chapter(before: str, after: str) -> None:
    assert with_parts(before, {"a": ["a", "a-2", "a-3"], "c": ["c", "c-2"]}) == after


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(9, 30))
def test_parts_are_as_few_and_then_as_even_as_can_be(costs: list[int], room: int) -> None:
    sections = [Section(0, 0, cost, {}) for cost in costs]

    def sizes(starts: Sequence[int]) -> list[int]:
        return [sum(costs[first:last]) for first, last in pairwise([*starts, len(costs)])]

    every = [
        sizes((0, *more))
        for many in range(len(costs))
        for more in combinations(range(1, len(costs)), many)
    ]
    fewest = min(len(one) for one in every if max(one) <= room)
    evenest = min(max(one) for one in every if len(one) == fewest)
    found = sizes(cuts(sections, room))
    assert (len(found), max(found)) == (fewest, evenest)


LINKS = ["[b](#a)", "[b](#a-1)", "[`c`](a#a-2)", "[d](a)", "a[^1]", "[^2]", "[e][e]", "[^3]"]
PIECES = [*COMMONMARK, *ZENN, *LINKS, "### a", "\n\n[^2]: "]
ENDS = "[^1]: [f](#a)\n\n> [^3]: g\n\n[^2]: [^1]\n\n[e]: #a-1\n"


def led_to(texts: dict[str, str]) -> tuple[list[str], set[str]]:
    """The headings that links lead to, by their number in the book: of the text, and of notes."""
    documents = {name: parse(text, Path(f"docs/{name}.md"), None) for name, text in texts.items()}
    places = [
        (name, heading.id)
        for name in documents
        for heading in documents[name].headings
        if heading.id
    ]
    outside, inside = list[str](), set[str]()
    for name, document in documents.items():
        ends = [token.type for token in document.tokens]
        begin = ends.index("footnote_block_open") if "footnote_block_open" in ends else len(ends)
        for at, token in enumerate(document.tokens):
            for child in token.children or ():
                if child.type != "link_open":
                    continue
                href = str(child.attrs["href"])
                chapter, _, fragment = href.partition("#")
                there = (chapter or name, unquote(fragment))
                found = str(places.index(there)) if there in places else href
                if at < begin:
                    outside.append(found)
                else:
                    inside.add(found)
    return outside, inside


@given(st.lists(texts(PIECES), min_size=2, max_size=5), st.integers(60, 200))
def test_any_text_reads_in_parts_as_it_does_whole_or_is_refused(
    sections: list[str], most: int
) -> None:
    text = "\n\n## a\n\n".join(["x[^2]", *sections, ENDS])
    try:
        document = parse(text, Path("docs/a.md"), None)
        found = exported(document, Places({"a": divided(document, str, most)}, str))
    except (ChapterError, Mistake):
        return
    assert all(len(part) <= most for part in found.values()) or len(found) == 1
    assert led_to(found) == led_to({"a": document.text})
