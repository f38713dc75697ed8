"""The site, built as readers get it."""

import re
from pathlib import Path
from typing import Any, Protocol

from zenn.model import Document


class Book(Protocol):
    root: Path

    def write(self, name: str, text: str) -> None: ...
    def document(self, name: str) -> Document: ...
    def record(self, *blocks: dict[str, Any]) -> None: ...
    def build(self) -> Any: ...
    def page(self, name: str) -> str: ...
    def index(self) -> str: ...


CHAPTER = """---
title: "UTS — ホスト名"
---

## 節

```python:hello.py
--8<-- "01-a/hello.py"
```

```console:端末1
$ python3 hello.py
hello
```

- 一覧

  ```console
  # id
  ```

[//]: # (skip: 自分のカーネルが要るため)

```console
# bpftrace
```

:::message
```text
見るだけ
```
:::

```mermaid
flowchart LR
  a --> b
```

    indented

```console
$ new
```
"""

RUN = {"machine": "namespaces", "kernel": "6.18.44", "date": "2026-11-23T18:40:00Z", "seconds": 0.8}
STEP = {
    "terminal": "",
    "prompt": "$ ",
    "command": "readlink <x>",
    "output": "\x1b[1muts:[4026532201] & \x02more\n",
    "status": 3,
    "user": "reader",
}


def record(book: Book, name: str, verdicts: list[dict[str, Any]]) -> None:
    fences = book.document(name).fences
    book.record(
        *(
            {"chapter": f"docs/{name}", "digest": fence.digest, "scenario": [fence.digest]}
            | verdict
            for fence, verdict in zip(fences, verdicts, strict=False)
        )
    )


def blocks(page: str) -> dict[str, str]:
    """Cut a page into its code blocks: what follows the opening of each, by its place."""
    parts = re.split(r'<div class="block[^"]*"[^>]*? data-block="([^"]*)"[^>]*>', page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_block_has_the_badge_of_its_verdict(book: Book) -> None:
    book.write("docs/01-a.md", CHAPTER)
    record(
        book,
        "01-a.md",
        [
            {"kind": "program", "verdict": "passed", **RUN},
            {"kind": "console", "verdict": "passed", "transcript": [STEP], **RUN},
            {"kind": "console", "verdict": "failed", "reason": "出力が違います", **RUN},
            {"kind": "console", "verdict": "skipped", "reason": "自分のカーネルが要るため"},
            {"kind": "shown", "verdict": "shown"},
        ],
    )
    run = book.build()
    assert run.returncode == 0, run.stderr
    page = book.page("01-a")
    found = blocks(page)
    fences = book.document("01-a.md").fences
    assert list(found) == [f"01-a.md:{fence.line}" for fence in fences]
    assert len(fences) == 8
    program, console, failed, skipped, text, diagram, indented, new = found.values()
    for part in (program, console):
        assert '<details class="badge badge--passed" data-search-exclude="">' in part
        for word in ("検証済み", "Linux 6.18.44", "名前空間で分けた環境", "2026年11月24日"):
            assert word in part
    assert '<span class="gp">$ </span>' in console
    assert "readlink &lt;x&gt;\n<" in console
    assert "[1muts:[4026532201] &amp; more\n" in console
    for fact in ("2026年11月24日 03:40（日本時間）", "<dd>0.8秒</dd>"):
        assert fact in console
    assert "終了ステータス 3" in console
    assert "終了ステータスはすべて 0 です" not in console
    assert "badge--failed" in failed
    assert "出力が違います" in failed
    assert "badge--skipped" in skipped
    assert "自分のカーネルが要るため" in skipped
    assert "badge--unverified" in new
    assert not any("badge" in part for part in (text, diagram, indented))


def test_a_block_that_failed_shows_its_difference_open(book: Book) -> None:
    book.write("docs/01-a.md", CHAPTER)
    difference = ["  same", "- <old>", "+ new", "^ a remark"]
    step = STEP | {"output": "same\nnew\n", "difference": difference}
    failed = {"kind": "console", "verdict": "failed", "reason": "違います", "transcript": [step]}
    record(book, "01-a.md", [{"kind": "program", "verdict": "passed", **RUN}, failed | RUN])
    book.build()
    program, console, *_ = blocks(book.page("01-a")).values()
    assert '<details class="badge badge--passed" data-search-exclude="">' in program
    assert '<details class="badge badge--failed" data-search-exclude="" open="open">' in console
    assert "- は本文にだけある行、+ は実行結果にだけある行です。" in console
    for kind, line in zip(
        ("same", "missing", "extra", "remark"),
        ("  same", "- &lt;old&gt;", "+ new", "^ a remark"),
        strict=True,
    ):
        assert f'<span class="transcript__{kind}">{line}\n</span>' in console
    assert '<span class="go">same' not in console


def test_a_change_after_the_run_makes_its_scenario_unverified(book: Book) -> None:
    book.write("docs/01-a.md", CHAPTER)
    digests = [fence.digest for fence in book.document("01-a.md").fences]
    passed = {"kind": "console", "verdict": "passed", "scenario": digests[:2], **RUN}
    record(book, "01-a.md", [passed, passed])
    book.build()
    assert book.page("01-a").count("badge--passed") == 2
    book.write("snippets/01-a/hello.py", 'print("bye")\n')
    book.build()
    page = book.page("01-a")
    assert page.count("badge--passed") == 0
    assert page.count("変更後は未検証です") == 5


def test_a_book_without_a_record_builds_with_nothing_verified(book: Book) -> None:
    assert book.build().returncode == 0
    assert "badge--unverified" in book.page("01-a")
    book.write("build/verification.json", "{ broken")
    assert book.build().returncode == 0
    assert "badge--unverified" in book.page("01-a")


def test_a_wrong_include_fails_the_build_in_one_sentence(book: Book) -> None:
    book.write("docs/02-b.md", '---\ntitle: B\n---\n\n```python\n--8<-- "01-a/helo.py"\n```\n')
    run = book.build()
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert (
        'docs/02-b.md:6: no file snippets/01-a/helo.py; did you mean "01-a/hello.py"?' in run.stderr
    )


def test_a_link_to_a_chapter_that_is_not_there_fails_the_build(book: Book) -> None:
    book.write("docs/02-b.md", "## 見出し\n\n[x](03-none)\n")
    run = book.build()
    assert run.returncode == 1
    assert "03-none.md" in run.stderr


def test_a_link_to_a_heading_that_is_not_there_fails_the_build(book: Book) -> None:
    book.write("docs/02-b.md", "## 見出し\n\n[x](01-a#別の節)\n")
    run = book.build()
    assert run.returncode == 1
    assert "#別の節" in run.stderr


def test_links_headings_and_contents_are_those_of_the_site_generator(book: Book) -> None:
    book.build()
    assert '<a href="02-b/#見出し">b</a>' in book.page(".")
    assert '<h2 id="見出し">見出し' in book.page("02-b")
    assert "<h1>B</h1>" in book.page("02-b")
    assert "md-nav__link" in book.page("02-b").partition('href="#見出し"')[2]


def test_code_is_searched_and_badges_are_not(book: Book) -> None:
    book.write("docs/01-a.md", CHAPTER)
    passed = {"kind": "console", "verdict": "passed", "transcript": [STEP], **RUN}
    record(book, "01-a.md", [passed, passed])
    book.build()
    index = book.index()
    assert "python3 hello.py" in index
    assert "4026532201" not in index
    assert "6.18.44" not in index
    assert "badge" not in index


def test_the_site_asks_no_other_host(book: Book) -> None:
    book.write("docs/02-b.md", CHAPTER)
    book.build()
    page = book.page("02-b")
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]+)"', page)
    assert loaded
    assert not [address for address in loaded if re.match(r"(?:https?:)?//", address)]
    assert 'class="mermaid"' not in page


def test_two_chapters_that_end_alike_are_told_apart(book: Book) -> None:
    same = "```console\n$ id\n```\n"
    book.write("docs/01-a.md", f"---\ntitle: A\n---\n\n## 節\n\n{same}")
    book.write("docs/02-b.md", f"---\ntitle: B\n---\n\n## 見出し\n\n## 節\n\n{same}")
    book.build()
    assert list(blocks(book.page("01-a"))) == ["01-a.md:7"]
    assert list(blocks(book.page("02-b"))) == ["02-b.md:9"]


def test_a_build_from_another_folder_says_where_to_build(book: Book, tmp_path: Path) -> None:
    (book.root / "docs").rename(book.root / "chapters")
    config = (book.root / "mkdocs.yml").read_text("utf-8")
    book.write("mkdocs.yml", config.replace("docs_dir: docs", "docs_dir: chapters"))
    run = book.build()
    assert run.returncode == 1
    assert "docs:0: no such folder; build from the one that mkdocs.yml is in" in run.stderr


def test_zenns_own_files_stay_out_of_the_site(book: Book) -> None:
    book.build()
    assert not list((book.root / "site").rglob("config.yaml"))
