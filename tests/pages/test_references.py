"""Manual pages become links, terms of the glossary are explained, in prose and nowhere else."""

import re
from collections.abc import Callable
from pathlib import Path

import markdown
import pytest

from pages.glossary import Term, terms_of
from zenn.book import Book

Show = Callable[..., str]

GLOSSARY = """---
title: 用語集
---

前書き。

## 名前空間（namespace、ネームスペース）

`ns` を *区切る* 仕組み。unshare(2)

## マウント

つなぐこと。

## UTS名前空間

ホスト名。

## 見出しだけ

### Rust

言語。
"""


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Render a chapter of a book that has the glossary."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/glossary.md").write_text(GLOSSARY)

    def render(text: str, name: str = "01-a.md") -> str:
        (tmp_path / "docs" / name).write_text(text)
        return markdown.markdown(text, extensions=["pages.extension"])

    return render


def terms(page: str) -> list[str]:
    return re.findall(r'<a class="term"[^>]*>([^<]*)</a>', page)


def test_the_headings_of_the_glossary_are_terms_with_all_their_names(tmp_path: Path) -> None:
    file = tmp_path / "glossary.md"
    file.write_text(GLOSSARY)
    first, *others = terms_of(file, "glossary.md", Book(tmp_path))
    assert first == Term(
        ("名前空間", "namespace", "ネームスペース"),
        "ns を 区切る 仕組み。unshare(2)",
        "glossary.md#名前空間（namespace、ネームスペース）",
    )
    assert [term.names for term in others] == [("マウント",), ("UTS名前空間",), ("Rust",)]


def test_a_term_is_found_between_japanese_letters(show: Show) -> None:
    page = show("新しい名前空間を作る。")
    assert "新しい<a " in page
    assert 'href="glossary.md#名前空間（namespace、ネームスペース）"' in page
    assert 'data-definition="ns を 区切る 仕組み。unshare(2)"' in page
    assert ">名前空間</a>を作る。" in page
    page = show("&amp;lt; 名前空間 a < b &copy; **x** マウント")  # entities and marks stay
    assert "&amp;lt; <a " in page
    assert "</a> a &lt; b © <strong>x</strong> <a " in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("名前空間と名前空間とnamespace", ["名前空間"]),
        ("## A\n\n名前空間\n\n### B\n\n名前空間\n\n## C\n\n名前空間", ["名前空間", "名前空間"]),
        ("UTS名前空間と名前空間", ["UTS名前空間", "名前空間"]),
        ("PID名前空間", ["名前空間"]),
        ("アンマウントとマウントポイント", []),
        ("マウントを", ["マウント"]),
        ("Trusty Rusty Rust", ["Rust"]),
        ("namespaces", []),
        ("`名前空間` [名前空間](https://example.com)", []),
        ("# 名前空間", []),
        ("```text:名前空間\n名前空間\n```", []),
        ("- **名前空間**", ["名前空間"]),
        ("| 名前空間 |\n|--|\n| マウント |", ["名前空間", "マウント"]),
        (":::message\n名前空間\n:::", ["名前空間"]),
        (":::details 名前空間\nマウント\n:::", ["マウント"]),
        ("見出しだけ", []),
    ],
)
def test_a_term_is_explained_where_a_section_first_has_it(
    show: Show, text: str, found: list[str]
) -> None:
    assert terms(show(text)) == found


def test_the_glossary_explains_nothing_of_itself_and_without_it_there_are_no_terms(
    show: Show, tmp_path: Path
) -> None:
    assert terms(show(GLOSSARY, "glossary.md")) == []
    (tmp_path / "docs/glossary.md").unlink()
    assert terms(show("名前空間")) == []


MAN = "https://man7.org/linux/man-pages"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("まずunshare(2)を", {"unshare(2)": f"{MAN}/man2/unshare.2.html"}),
        ("_exit(2)、capabilities(7)。", {
            "_exit(2)": f"{MAN}/man2/_exit.2.html",
            "capabilities(7)": f"{MAN}/man7/capabilities.7.html",
        }),
        ("**clone(2)** と clone(2)", {"clone(2)": f"{MAN}/man2/clone.2.html"}),
        ("`clone(2)` と clone() と f(9) と f(x)", {}),
        ("## clone(2)", {}),
        ("[clone(2)](https://example.com)", {}),
        ("/path/clone(2)", {}),
    ],
)  # fmt: skip
def test_a_manual_page_is_a_link(show: Show, text: str, links: dict[str, str]) -> None:
    found = re.findall(r'<a class="man" href="([^"]*)">([^<]*)</a>', show(text))
    assert {name: address for address, name in found} == links
