"""config.yaml, files as a whole, and any text at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from processes import python
from texts import COMMONMARK, ZENN, texts

from zenn.book import Book
from zenn.lint import Shelf, Trap, lint, lint_book, lint_files
from zenn.model import ChapterError
from zenn.parser import parse

ROOT = Path(__file__).parents[3]
BOOK = Book(ROOT)
SHELF = Shelf(BOOK)
Lint = Callable[[str], list[Trap]]

MISTAKES = [
    # rule, line, what is changed into what, what is said
    ("config-title", 1, 'title: "本"', "title: 1", 'write title: "…"'),
    ("config-title", 1, 'title: "本"', f"title: {'あ' * 71}", "shorten it to 70"),
    ("config-summary", 2, 'summary: "説明"', "summary:", 'write summary: "…"'),
    ("config-topics", 3, 'topics: ["linux"]', "topics: linux", "Zenn wants topics"),
    ("config-topics", 3, '["linux"]', "[a, b, c, d, e, f]", "takes 5 topics"),
    ("config-topics", 3, '["linux"]', "[c++]", "cpp for C++"),
    ("config-topics", 3, '["linux"]', "[5]", "the topic 5"),
    ("config-published", 4, "published: true", "published: 'true'", "without quotes"),
    ("config-price", 5, "price: 0", "price: '0'", "without quotes"),
    ("config-price", 5, "price: 0", "price: 100", "200 to 5000"),
    ("config-price", 5, "price: 0", "price: 250", "by hundreds"),
    ("config-price", 5, "price: 0", "price: 5100", "200 to 5000"),
    ("config-chapters", 6, "  - 01-a\n", "", "docs/01-a.md is not in the list"),
    ("config-chapters", 6, "01-a", "01-a\n  - 01-a", "01-a is listed twice"),
    ("config-chapters", 6, "01-a", "01-a\n  - 03-c", "there is no docs/03-c.md"),
    ("config-chapters", 6, "01-a", "01-a\n  - 01-a.md", "write it without .md"),
    ("config-chapters", 6, "  - 01-a", "  - 部: [01-a]", "a flat list"),
    ("config", 1, 'title: "本"', "title: a: b", "quote a value that holds `:`"),
]


@pytest.mark.parametrize(("rule", "line", "right", "wrong", "said"), MISTAKES)
def test_a_mistake_in_config_yaml_is_found(
    book: Book, rule: str, line: int, right: str, wrong: str, said: str
) -> None:
    assert lint_book(book) == []
    file = book.chapters / "config.yaml"
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), "utf-8")
    (finding,) = lint_book(book)
    assert (finding.rule, finding.line) == (rule, line)
    assert said in finding.message
    assert str(finding).startswith(f"docs/config.yaml:{line}: ")


def test_a_book_without_its_file_is_found(book: Book) -> None:
    file = book.chapters / "config.yaml"
    file.write_text("- a\n")
    assert [finding.rule for finding in lint_book(book)] == ["config"]
    file.unlink()
    assert [finding.rule for finding in lint_book(book)] == ["config"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extra: {zenn: {slug: short}}", "12–50"),
        ("extra: {zenn: {slug: namespace-book, url: a}}", "begins with https://"),
        ("site_name: a", "extra: zenn: slug"),
        ("a: b: c", "can't be read"),
    ],
)
def test_a_book_without_a_name_at_zenn_is_found(book: Book, text: str, said: str) -> None:
    (book.root / "mkdocs.yml").write_text(text)
    (finding,) = lint_book(book)
    assert str(finding).startswith("mkdocs.yml:1: ")
    assert said in finding.message


def test_two_hundred_chapters_are_enough(book: Book) -> None:
    names = [f"{number}-c" for number in range(198)]
    for name in names:
        (book.chapters / f"{name}.md").write_text("---\ntitle: a\n---\n")
    config = book.chapters / "config.yaml"
    config.write_text(config.read_text("utf-8") + "".join(f"  - {name}\n" for name in names))
    assert lint_book(book) == []
    (book.chapters / "200-c.md").write_text("---\ntitle: a\n---\n")
    config.write_text(config.read_text("utf-8") + "  - 200-c\n")
    assert [finding.message for finding in lint_book(book)] == ["Zenn takes 200 chapters of a book"]


def test_a_chapter_s_name_is_part_of_its_address(book: Book) -> None:
    (book.chapters / "01-a.md").rename(book.chapters / "01-A.md")
    config = book.chapters / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("01-a", "01-A"))
    assert [finding.rule for finding in lint_book(book)] == ["chapter-name"]


def test_a_folder_stands_for_its_files_and_one_that_can_t_be_read_is_a_finding(book: Book) -> None:
    (book.chapters / "01-a.md").write_text("##a\n")
    files = sorted(book.chapters.glob("*.md"))
    assert lint_files([book.chapters], book) == lint_files(files, book) != []
    (book.chapters / "01-a.md").write_bytes(b"\xff")
    found = lint_files([book.chapters / "01-a.md", book.chapters / "no.md"], book)
    assert [str(finding) for finding in found] == [
        "docs/01-a.md:1: not UTF-8: save the chapter as UTF-8 [chapter]",
        "docs/no.md:1: can't be read: No such file or directory [chapter]",
    ]


def test_a_page_of_the_site_alone_keeps_to_no_limit_of_zenn(book: Book) -> None:
    page = book.chapters / "index.md"
    long = ("あ" * 9_999 + "\n\n") * 6
    page.write_text(f"[a](02-b.md) [b](01-a)\n\n{long}", "utf-8")
    assert lint_files([page], book) == []
    page.write_text("<b>\n")
    assert [finding.rule for finding in lint_files([page], book)] == ["html"]


def test_a_file_that_is_none_of_the_book_s_is_none_of_zenn_s(book: Book, tmp_path: Path) -> None:
    text = "##a\n\n<b>\n"
    for file in (tmp_path / "README.md", book.root / "README.md", book.chapters / "03-c.md"):
        file.write_text(text)
        rules = {finding.rule for finding in lint_files([file], book)}
        assert rules == ({"heading-space", "html", "title"} if file.name == "03-c.md" else set())


def test_what_would_be_published_and_is_not_the_book_s_is_found(
    book: Book, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("x")
    for file in book.programs.glob("*.md"):
        file.unlink()
    assert lint_book(book) == []
    (book.programs / "x.c").symlink_to(secret)
    (book.chapters / "x.markdown").write_text("x\n")
    assert [finding.rule for finding in lint_book(book)] == ["link-out", "no-chapter"]


def test_a_link_to_a_chapter_with_a_mistake_is_no_mistake_more(book: Book, lint: Lint) -> None:
    (book.chapters / "02-b.md").write_text("---\n- a\n---\n")
    assert lint("[a](02-b#b)") == []


def test_the_command_line_tells_a_sentence_each_and_fails(book: Book) -> None:
    assert lint_book(BOOK) == []  # of this project's own
    run = python("-m", "zenn", "lint", cwd=book.chapters)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    (book.chapters / "02-b.md").write_text("---\ntitle: a\n---\n##b\n")
    for words in ([], ["02-b.md"]):
        run = python("-m", "zenn", "lint", *words, cwd=book.chapters)
        assert (run.returncode, run.stderr) == (1, "")
        assert run.stdout.startswith("docs/02-b.md:4: Zenn shows ## as text")
        assert run.stdout.count("\n") == 1


@given(texts(COMMONMARK + ZENN))
def test_any_text_can_be_linted(text: str) -> None:
    try:
        document = parse(text, Path("docs/a.md"), None)
    except ChapterError:
        return
    lines = range(1, document.text.count("\n") + 2)
    assert all(finding.line in lines for finding in lint(document, SHELF))


HEAD = "unwanted\twanted\twhy\texcept"


@pytest.fixture
def terms(book: Book) -> Callable[[str], Book]:
    """`terms(table)` is the book with that table of terms, and a chapter that breaks it."""

    def with_table(table: str) -> Book:
        (book.root / "terms.tsv").write_text(table, "utf-8")
        chapter = book.chapters / "01-a.md"
        text = chapter.read_text("utf-8") + "\n根本の根と `根`\n\n## 道すじ\n"
        text += "\n```c:a.c\n/* 道すじ */\n```\n\n```console\n$ echo 道すじ\n```\n"
        chapter.write_text(text, "utf-8")
        return replace(book, terms="terms.tsv")

    return with_table


def test_a_word_that_the_book_writes_otherwise_is_found(terms: Callable[[str], Book]) -> None:
    book = terms(f"{HEAD}\n根 .\tルート\tone word\t根本\n道すじ\t流れ\tone word\t\n")
    found = lint_book(book)
    assert [finding.rule for finding in found] == ["term", "term", "term"]
    assert [finding.message for finding in found] == [
        "this book writes ルート for 根: one word",
        *["this book writes 流れ for 道すじ: one word"] * 2,
    ]
    assert [finding.line - found[0].line for finding in found] == [0, 2, 4]
    assert lint_book(replace(book, terms="")) == []


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("根\tルート\tone word\t\n", 1, "a line has unwanted, wanted, why, except"),
        (f"{HEAD}\n根\tルート\n", 2, "with TABs between them"),
        (f"{HEAD}\n\n\tルート\twhy\t\n", 3, "with TABs between them"),
    ],
)
def test_a_table_of_terms_that_is_none_is_a_finding(
    terms: Callable[[str], Book], table: str, line: int, said: str
) -> None:
    (finding,) = lint_book(terms(table))
    assert (str(finding.path), finding.line, finding.rule) == ("terms.tsv", line, "terms")
    assert said in finding.message


def test_a_table_of_terms_that_isnt_there_is_a_finding(book: Book) -> None:
    (finding,) = lint_book(replace(book, terms="none.tsv"))
    assert str(finding) == "none.tsv:1: can't be read: No such file or directory [terms]"
