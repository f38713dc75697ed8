"""The book as it is written for Zenn; any text reads there as it does here."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import python
from texts import COMMONMARK, ZENN, texts

from zenn.book import Book, BookAddress, book_address
from zenn.export.book import Refused, export
from zenn.export.chapter import Places, exported, shape
from zenn.model import ChapterError, Document
from zenn.parser import parse
from zenn.parts import divided

LIST = ".book-export"
URL = "https://zenn.example/me/books/namespace-book"
B = "---\ntitle: b\n---\n## はじめに\n"
HOME = "books/namespace-book"

CHAPTER = """\
---
title: "章"
machine:
  whole: true
  files:
    /etc/x: |
      a

      b
---

[//]: # (varies: 1 pid)

- [`x`](02-b#はじめに "題") と `[x](02-b)` と [y](02-b)

  ```c:a.c
  --8<-- "a.c"
  ```

> ```sh
> --8<-- "a.sh"
> ```

| [a \\| b](02-b) `\\|` | [a \\| b](02-b) |
|--|--|
| ![a](/images/a.png) | **[c](<02-b>)**、[d](https://a.example/02-b) |

x^[see [e](02-b)]
"""

EXPORTED = f"""\
---
title: "章"
---

[//]: # (varies: 1 pid)

- [`x`]({URL}/viewer/02-b#はじめに "題") と `[x](02-b)` と [y]({URL}/viewer/02-b)

  ```c:a.c
  int a;

  int b;
  ```

> ```sh
> echo
>
> --8<-- "b.sh"
> ```

| [a \\| b]({URL}/viewer/02-b) `\\|` | [a \\| b]({URL}/viewer/02-b) |
|--|--|
| ![a](/images/a.png) | **[c](<{URL}/viewer/02-b>)**、[d](https://a.example/02-b) |

x^[see [e]({URL}/viewer/02-b)]
"""


@pytest.fixture
def full(book: Book) -> Book:
    """The book, with an address at Zenn and a chapter that has everything."""
    (book.root / "mkdocs.yml").write_text(f"extra: {{zenn: {{slug: namespace-book, url: {URL}}}}}")
    (book.chapters / "01-a.md").write_text(CHAPTER, "utf-8")
    (book.root / "snippets" / "a.c").write_text("int a;\n\nint b;\n")
    (book.root / "snippets" / "a.sh").write_text('echo\n\n--8<-- "b.sh"\n')
    return book


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_programs_and_addresses_are_put_in_place(full: Book, tmp_path: Path) -> None:
    said = export(full, tmp_path / "out")
    found = files(tmp_path / "out")
    assert found.pop(LIST)
    assert sorted(found) == [f"{HOME}/01-a.md", f"{HOME}/02-b.md", f"{HOME}/config.yaml",
                             "images/a.png"]  # fmt: skip
    assert found[f"{HOME}/01-a.md"].decode() == EXPORTED
    assert found[f"{HOME}/config.yaml"] == (full.chapters / "config.yaml").read_bytes()
    assert "2 chapters, 4 files; links between chapters are full URLs" in said
    # A book that has no address links by names.
    (full.root / "mkdocs.yml").write_text("extra: {zenn: {slug: namespace-book}}")
    assert "ZENN_URL is not set" in export(full, tmp_path / "out")
    text = (tmp_path / "out" / HOME / "01-a.md").read_text("utf-8")
    assert '[`x`](02-b#はじめに "題")' in text


def test_the_address_comes_from_the_environment(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "extra: {zenn: {slug: a, url: !ENV ZENN_URL}, b: !!python/name:c.d }"
    (book.root / "mkdocs.yml").write_text(text)
    monkeypatch.delenv("ZENN_URL", raising=False)
    assert book_address(book) == BookAddress("a", None)
    monkeypatch.setenv("ZENN_URL", f"{URL}/")
    assert book_address(book).chapter("02-b") == f"{URL}/viewer/02-b"


def test_what_an_earlier_export_left_is_removed_and_nothing_else(
    full: Book, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(full, out)
    first = files(out)
    export(full, out)
    assert files(out) == first
    (out / HOME / "cover.png").write_bytes(b"cover")
    (out / "images" / "mine.png").write_bytes(b"mine")
    (full.chapters / "01-a.md").write_text('---\ntitle: "a"\n---\n\n短い\n', "utf-8")
    (full.chapters / "02-b.md").unlink()
    config = full.chapters / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("  - 02-b\n", ""), "utf-8")
    export(full, out)
    left = [f"{HOME}/{name}" for name in ("01-a.md", "config.yaml", "cover.png")]
    assert sorted(files(out)) == [LIST, *left, "images/mine.png"]


def test_a_file_that_is_not_the_export_s_stays(full: Book, tmp_path: Path) -> None:
    export(full, tmp_path / "again")
    for name, said in (("new", "is of no export"), ("again", "has been changed")):
        out = tmp_path / name
        (out / HOME).mkdir(parents=True, exist_ok=True)
        (out / HOME / "01-a.md").write_text("mine")
        before = files(out)
        with pytest.raises(Refused, match=f"01-a.md {said}"):
            export(full, out)
        assert files(out) == before


def test_an_export_that_was_cut_short_is_taken_up(
    full: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(full, out)
    (full.chapters / "02-b.md").write_text(B + "新しい\n", "utf-8")
    write = Path.write_bytes

    def cut(path: Path, data: bytes) -> int:
        if path.name == "a.png":
            raise KeyboardInterrupt
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", cut)
        with pytest.raises(KeyboardInterrupt):
            export(full, out)
    export(full, out)
    assert "新しい" in (out / HOME / "02-b.md").read_text("utf-8")


def test_what_lint_finds_or_a_link_written_strangely_is_not_exported(
    full: Book, tmp_path: Path
) -> None:
    (full.chapters / "02-b.md").write_text(B + "##x\n", "utf-8")
    (full.chapters / "index.md").write_text("##x\n")
    with pytest.raises(Refused) as caught:
        export(full, tmp_path / "out")
    (sentence,) = caught.value.sentences
    assert sentence.startswith("docs/02-b.md:5: Zenn shows ## as text")
    assert not (tmp_path / "out").exists()
    (full.chapters / "02-b.md").write_text(B + "[a](0&#49;-a)\n", "utf-8")
    with pytest.raises(Refused, match=r"docs/02-b.md:5: write the link to a chapter \[text\]"):
        export(full, tmp_path / "out")


def test_the_command_line_exports_or_says_why_not(full: Book, tmp_path: Path) -> None:
    run = partial(python, "-m", "zenn", "export", cwd=full.chapters, ZENN_URL="")

    done = run(tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / HOME / "config.yaml").is_file()
    (tmp_path / "file").write_text("")
    failed = run(tmp_path / "file")
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in failed.stderr
    (full.chapters / "02-b.md").write_text(B + "##x\n", "utf-8")
    refused = run(tmp_path / "out")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("docs/02-b.md:5: Zenn shows ##")


BOOK = Book(Path(__file__).parent)
PIECES = [
    *COMMONMARK, *ZENN, "[a](01-a)", "](01-a", "](02-b)", '![a](/images/a.png "b")', "01-a",
    '\n--8<-- "tabs.c"\n', '\n--8<-- "fences.md"\n', '\n--8<-- "empty"\n', "```\n--8<--",
]  # fmt: skip


def at_zenn(document: Document, address: Callable[[str], str]) -> str:
    """The text of a chapter that is whole there, too."""
    (text,) = exported(document, Places({"a": divided(document, address)}, address)).values()
    return text


def addressed(name: str, section: str) -> tuple[str, str]:
    return BookAddress("namespace-book", URL).chapter(name) if name else "", section


address = BookAddress("namespace-book", URL).chapter


@given(texts(PIECES))
def test_the_export_of_any_text_reads_the_same_or_is_refused(text: str) -> None:
    try:
        document = parse(text, Path("docs/a.md"), BOOK)
        there = at_zenn(document, address)
    except ChapterError:
        return
    again = parse(there, document.path, None)
    assert shape(again, lambda *link: link) == shape(document, addressed)
    assert [fence.text for fence in again.fences] == [fence.text for fence in document.fences]
    if not any(fence.included for fence in document.fences):
        assert at_zenn(document, str) == document.text


@given(
    st.sampled_from(["", "- ", "1. ", "> ", "> - ", "10. > "]),
    st.lists(st.sampled_from(["text", "[a](01-a)", "`[a](01-a)`", "[**b**](02-b#c)", "*[c](01-a)*",
                              "![d](/images/a.png)", "$x$", "\\[e](01-a)"])),
    st.sampled_from(["tabs.c", "empty", "fences.md"]),
)  # fmt: skip
def test_what_an_author_writes_is_not_refused(indent: str, line: list[str], name: str) -> None:
    room = "".join(" " if letter != ">" else ">" for letter in indent)
    lines = [indent + " ".join(line), room.rstrip()]
    lines += [f"{room}{code}" for code in ("````c", f'--8<-- "{name}"', "````")]
    document = parse("\n".join(lines), Path("docs/a.md"), BOOK)
    (fence,) = document.fences
    assert fence.included
    there = at_zenn(document, address)
    plain = sum(piece.startswith(("[", "*[")) for piece in line)
    assert there.count("zenn.example") == plain
