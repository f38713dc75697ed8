"""Every program can be had as a file."""

import base64
import re
from pathlib import Path
from typing import Any, Protocol


class Book(Protocol):
    root: Path

    def write(self, name: str, text: str) -> None: ...
    def build(self) -> Any: ...
    def page(self, name: str) -> str: ...


INCLUDED = '```python root:hello.py\n--8<-- "01-a/hello.py"\n```\n'


def links(page: str) -> dict[str, str]:
    """What the head of each block links to, by its class."""
    return {
        kind: re.findall(r'href="([^"]*)"', tag)[0]
        for tag, kind in re.findall(r'(<a [^>]*class="(block__\w+)"[^>]*>)', page)
    }


def test_a_program_links_to_its_file_which_is_in_the_site(book: Book) -> None:
    book.write("docs/01-a.md", INCLUDED)
    run = book.build()
    assert run.returncode == 0, run.stderr
    address = "../programs/01-a/hello.py"
    assert links(book.page("01-a")) == {"block__title": address, "block__download": address}
    file = book.root / "site/01-a" / address
    assert file.read_text() == (book.root / "snippets/01-a/hello.py").read_text()


def test_a_program_of_no_file_can_be_downloaded_too(book: Book) -> None:
    book.write("docs/01-a.md", "```c:あ.c\nint x;\n```\n")
    book.build()
    page = book.page("01-a")
    assert 'download="あ.c"' in page
    found = links(page)
    head, _, data = found["block__download"].partition(",")
    assert head == "data:text/plain;charset=utf-8;base64"
    assert base64.b64decode(data) == b"int x;\n"
    assert "block__title" not in found


def test_a_named_section_is_downloaded_as_the_whole_file(book: Book) -> None:
    book.write("snippets/01-a/b.py", "# --8<-- [start:x]\n1\n# --8<-- [end:x]\n2\n")
    book.write("docs/01-a.md", '```python:b.py\n--8<-- "01-a/b.py:x"\n```\n')
    book.build()
    assert links(book.page("01-a"))["block__download"] == "../programs/01-a/b.py"


def test_the_source_in_a_repository_is_linked_where_mkdocs_yml_names_it(book: Book) -> None:
    book.write("docs/01-a.md", INCLUDED)
    config = (book.root / "mkdocs.yml").read_text("utf-8")
    source = "\n  - pages.extension:\n      source: https://git.example/blob/{path}\n"
    book.write(
        "mkdocs.yml",
        config.replace("\n  - pages.extension\n", source)
        + "\nedit_uri_template: https://git.example/edit/{path}\n",
    )
    run = book.build()
    assert run.returncode == 0, run.stderr
    page = book.page("01-a")
    assert links(page)["block__title"] == "https://git.example/blob/01-a/hello.py"
    assert 'href="https://git.example/edit/01-a.md"' in page


def test_without_a_repository_no_page_has_an_edit_link(book: Book) -> None:
    book.build()
    assert 'rel="edit"' not in book.page("01-a")


def test_the_word_for_download_is_not_searched(book: Book) -> None:
    book.write("docs/01-a.md", INCLUDED)
    book.build()
    index = (book.root / "site/search/search_index.json").read_text("utf-8")
    assert "hello.py" in index
    assert "ダウンロード" not in index
