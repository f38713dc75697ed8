"""What a stranger's text may cost, say, and reach."""

import io
import json
import re
import threading
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from zenn.book import Book
from zenn.guard import bounds, leads_out, no_links_out, strays, visible, visible_lines
from zenn.guard.bounds import CHAPTER_BYTES, TooMuchError, bounded, load_yaml
from zenn.guard.visible import json_safe
from zenn.model import ChapterError
from zenn.parser import parse

anything = st.text(st.characters(codec=None, categories=None))


@given(anything)
def test_nothing_that_is_shown_can_be_obeyed_or_is_unseen(text: str) -> None:
    for shown in (visible(text), visible_lines(text).replace("\n", "").replace("\t", "")):
        shown.encode()
        for sign in shown.replace("\t", ""):
            assert unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(sign) not in ("LRE", "RLE", "LRO", "RLO", "PDF")
            assert unicodedata.bidirectional(sign) not in ("LRI", "RLI", "FSI", "PDI")
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;YQ==\x07", "\\x1b]52;c;YQ==\\x07"),
        ("a\n::error::b", "a\\n::error::b"),
        ("::error::b", "\\x3a:error::b"),
        ("  ::add-mask::b", "  \\x3a:add-mask::b"),
        ("a ##[error]b", "a \\x23#[error]b"),
        ("##vso[task.x]", "\\x23#vso[task.x]"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\xff"),
        ("\ufeff$ ls", "\\ufeff$ ls"),
        ("## 見出し\tuts:[1]", "## 見出し\tuts:[1]"),
    ],
)
def test_what_would_be_obeyed_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_lines_stay_lines_and_none_begins_a_command() -> None:
    assert visible_lines("a\n::error::b\n ::x") == "a\n\\x3a:error::b\n \\x3a:x"


@given(anything)
def test_json_says_the_same(text: str) -> None:
    assert json.loads(json_safe(json.dumps([text], ensure_ascii=False))) == [text]


def test_reading_has_an_end_though_it_had_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "READING_SECONDS", 0.1)
    with pytest.raises(TooMuchError, match="this takes more than"), bounded("this"):
        re.fullmatch("(a+)+b", "a" * 64)


def test_another_thread_is_not_interrupted() -> None:
    found = list[str]()

    def read() -> None:
        with bounded("this"):
            found.append("read")

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert found == ["read"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a\n" * CHAPTER_BYTES, 1, "larger than 256 KiB"),
        ("a\n" + "b" * 30_000, 2, "more than 20000 characters"),
        (f"---\na: {'[' * 3000}\n---\n", 2, "nested too deeply"),
        ("---\na: &a [1]\nb: *a\n---\n", 3, "an alias"),
        (f"---\na: {'b ' * 9000}\n---\n", 2, "more than 16 Ki characters"),
    ],
)
def test_a_chapter_too_large_or_too_deep_is_refused_at_its_line(
    text: str, line: int, why: str
) -> None:
    with pytest.raises(ChapterError, match=why) as caught:
        parse(text, Path("x.md"), None)
    assert caught.value.line == line


def test_yaml_without_tricks_is_yaml() -> None:
    text = "a: [1, {b: c}]\nd: 2026-01-01\n"
    assert load_yaml(text) == yaml.safe_load(io.StringIO(text))


@pytest.fixture
def book(tmp_path: Path) -> Book:
    for folder in ("docs/images", "snippets/02-uts"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs/programs").symlink_to("../snippets")
    (tmp_path / "docs/a.md").write_text("# a\n")
    return Book(tmp_path)


def test_a_link_may_lead_to_another_folder_of_the_book_and_nowhere_else(book: Book) -> None:
    folders = (book.chapters, book.programs)
    assert list(no_links_out(book.chapters, folders)) == []
    (book.chapters / "images/secret").symlink_to("/etc/passwd")
    (book.chapters / "images/loop").symlink_to("loop")
    (book.programs / "etc").symlink_to("/etc")
    found = [*no_links_out(book.chapters, folders), *no_links_out(book.programs, folders)]
    assert len(found) == 3
    assert "leads out of its folder, to /etc" in found[2]
    assert "images/loop is a link that leads nowhere" in found[0] + found[1]
    assert leads_out(book.programs / "etc/passwd", folders)
    assert not leads_out(book.chapters / "programs/02-uts/x.py", folders)


def test_pages_that_are_no_chapters_are_known(book: Book) -> None:
    (book.chapters / "sub").mkdir()
    for name in ("docs/sub/x.md", "docs/x.markdown", "snippets/02-uts/README.md", "docs/y.MD"):
        (book.root / name).write_text("x\n")
    found = [path.relative_to(book.root).as_posix() for path in strays(book)]
    assert sorted(found) == [
        "docs/sub/x.md", "docs/x.markdown", "docs/y.MD", "snippets/02-uts/README.md",
    ]  # fmt: skip
