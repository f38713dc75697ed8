"""The site, built as readers get it; what a page says of its blocks is in test_badges.py."""

import re

import pytest
from project import Project


def test_links_headings_and_contents_are_those_of_the_site_generator(built: Project) -> None:
    assert '<a href="02-b/#見出し">b</a>' in built.page(".")
    assert '<h2 id="見出し">見出し' in built.page("02-b")
    assert '<a href="#見出し">この節</a>' in built.page("02-b")  # whichever the generator
    assert "<h1>B</h1>" in built.page("02-b")
    assert "md-nav__link" in built.page("02-b").partition('href="#見出し"')[2]
    assert 'rel="edit"' not in built.page("02-b")


def test_code_is_searched_and_what_is_on_every_page_is_not(built: Project) -> None:
    index = (built.root / "site/search/search_index.json").read_text("utf-8")
    assert "echo $$" in index
    assert "hello.py" in index
    for word in ("6.12.9", "この実行", "badge", "検証済み", "ダウンロード"):
        assert word in built.page("01-a")
        assert word not in index
    # Every program is a file of the site, and nothing that is Zenn's own.
    assert 'href="../programs/01-a/hello.py"' in built.page("02-b")
    assert (built.root / "site/programs/01-a/hello.py").read_text() == 'print("hello")\n'
    assert not list((built.root / "site").rglob("config.yaml"))


def test_with_a_repository_sources_and_pages_link_to_it(book: Project) -> None:
    book.write("docs/01-a.md", '```python root:hello.py\n--8<-- "01-a/hello.py"\n```\n')
    source = "\n  - pages.extension:\n      source: https://git.example/blob/{path}\n"
    book.change("mkdocs.yml", "\n  - pages.extension\n", source)
    edit = "edit_uri_template: https://git.example/edit/{path}\n"
    book.change("mkdocs.yml", "docs_dir: docs\n", f"docs_dir: docs\n{edit}")
    run = book.build()
    assert run.returncode == 0, run.stderr
    page = book.page("01-a")
    assert re.search(r'<a class="block__title" href="https://git.example/blob/01-a/hello.py"', page)
    assert 'href="https://git.example/edit/01-a.md"' in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('---\ntitle: B\n---\n\n```python\n--8<-- "01-a/helo.py"\n```\n',
         ['docs/02-b.md:6: no file snippets/01-a/helo.py; did you mean "01-a/hello.py"?']),
        ("## 見出し\n\n[x](03-none) [y](01-a#別の節)\n", ["03-none.md", "#別の節"]),
    ],
)  # fmt: skip
def test_a_wrong_include_or_link_fails_the_build_in_a_sentence(
    book: Project, text: str, said: list[str]
) -> None:
    book.write("docs/02-b.md", text)
    run = book.build()
    assert (run.returncode, [one for one in said if one not in run.stderr]) == (1, [])
    assert "Traceback" not in run.stderr


def test_a_build_from_another_folder_says_where_to_build(book: Project) -> None:
    (book.root / "docs").rename(book.root / "chapters")
    book.change("mkdocs.yml", "docs_dir: docs", "docs_dir: chapters")
    run = book.build()
    assert run.returncode == 1
    assert "docs:0: no such folder; build from the one that mkdocs.yml is in" in run.stderr


def test_a_page_whose_text_a_plugin_has_changed_is_named_and_strictly_an_error(
    book: Project,
) -> None:
    hook = "return markdown + '!' * (page.file.src_uri == '02-b.md')"
    book.write("shout.py", f"def on_page_markdown(markdown, page, **_):\n    {hook}\n")
    book.change("mkdocs.yml", "hooks:\n", "hooks:\n  - shout.py\n")
    run = book.build()
    assert run.returncode == 1
    assert [line for line in run.stderr.splitlines() if line.startswith("WARNING")] == [
        "WARNING -  02-b.md: its blocks have no badges, because its text is in no file of docs/: "
        "a plugin has changed it or made it"
    ]
