"""What a page says of its blocks: whether they were verified, and what it makes of them."""

import base64
import re

from entries import author, of, step
from project import Project

from harness.record import Line, Reason

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

RUN = {"machine": "namespaces"}
OUTPUT = "uts:[4026532201] & \x02more\n"


def blocks(page: str) -> dict[str, str]:
    """Cut a page into its code blocks: what follows the opening of each, by its place."""
    parts = re.split(r'<div class="block[^"]*"[^>]*? data-block="([^"]*)"[^>]*>', page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_block_has_the_badge_of_its_verdict(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    program, console, failed, skipped, text, *_ = fences = book.document("01-a.md").fences
    book.record(
        of(program, kind="program", **RUN),
        of(console, steps=(step("readlink <x>", OUTPUT, status=3),), **RUN),
        of(failed, "failed", **RUN),
        of(skipped, "skipped", reason=author("自分のカーネルが要るため")),
        of(text, "shown"),
    )
    found = blocks(book.article("01-a.md"))
    assert list(found) == [f"01-a.md:{fence.line}" for fence in fences]
    assert len(fences) == 8
    one, two, three, four, five, diagram, indented, new = found.values()
    for part in (one, two):
        assert '<details class="badge badge--passed" data-search-exclude="">' in part
        for word in ("検証済み", "2026年11月24日"):
            assert word in part
    for fact in (
        '<span class="gp">$ </span>', "readlink &lt;x&gt;\n<", "uts:[4026532201] &amp; more\n",
        "2026年11月24日 03:40（JST）", "<dd>0.8秒</dd>", "終了ステータス 3",
    ):  # fmt: skip
        assert fact in two
    assert "終了ステータスはすべて 0 です" not in two
    heads = [part.partition("</summary>")[0] for part in (one, two)]
    assert not [head for head in heads if "Linux" in head or "2026" in head]
    for fence, head in zip(fences, heads, strict=False):
        assert f"{fence.line}行のブロック" in head
    assert "2 ブロックを検証しました（断りがなければ、Linux 6.18.44、名前空間で分けた環境）" in (
        book.article("01-a.md")
    )
    assert "badge--failed" in three
    assert "出力が本文と違います" in three
    assert "badge--skipped" in four
    assert "自分のカーネルが要るため" in four
    assert "badge--unverified" in new
    assert not any("badge" in part for part in (five, diagram, indented))


def test_a_badge_names_the_kernel_that_is_not_the_page_s(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    one, two, three, *_ = book.document("01-a.md").fences
    book.record(of(one, kind="program"), of(two), of(three, kernel="7.0.4-1"))
    heads = [part.partition("</summary>")[0] for part in blocks(book.article("01-a.md")).values()]
    assert ["Linux" in head for head in heads[:3]] == [False, False, True]
    assert "Linux 7.0.4-1" in heads[2]


def test_a_block_that_failed_shows_its_difference_open(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    first, second, *_ = book.document("01-a.md").fences
    difference = (
        Line("same", "same", 0),
        Line(
            "missing", "<old>", 1, Reason("spaces-differ", {"column": 3, "text": "␣␣", "run": "⇥"})
        ),
        Line("extra", "new"),
    )
    differs = {"reason": Reason("output-differs"), "difference": difference}
    wrong = step("id", "same\nnew\n", **differs)
    book.record(of(first, kind="program"), of(second, "failed", steps=(wrong,)))
    program, console, *_ = blocks(book.article("01-a.md")).values()
    assert '<details class="badge badge--passed" data-search-exclude="">' in program
    assert '<details class="badge badge--failed" data-search-exclude="" open="open">' in console
    assert "- は本文にだけある行、+ は実行結果にだけある行です。" in console
    remark = (
        "^ 空白だけが違います。3桁目は、本文では ␣␣、実行結果では ⇥ です（␣ 空白、⇥ タブ、∅ なし）"
    )
    shown = {"same": "  same", "missing": "- &lt;old&gt;", "extra": "+ new", "remark": remark}
    for kind, line in shown.items():
        assert f'<span class="transcript__{kind}">{line}\n</span>' in console
    assert '<span class="go">same' not in console


def test_two_chapters_that_end_alike_are_told_apart(book: Project) -> None:
    same = "```console\n$ id\n```\n"
    book.write("docs/01-a.md", f"---\ntitle: A\n---\n\n## 節\n\n{same}")
    book.write("docs/02-b.md", f"---\ntitle: B\n---\n\n## 見出し\n\n## 節\n\n{same}")
    assert list(blocks(book.article("01-a.md"))) == ["01-a.md:7"]
    assert list(blocks(book.article("02-b.md"))) == ["02-b.md:9"]


def links(page: str) -> dict[str, str]:
    """What the head of a block links to, by the class of the link."""
    tags = re.findall(r'(<a [^>]*class="(block__\w+)"[^>]*>)', page)
    return {kind: re.findall(r'href="([^"]*)"', tag)[0] for tag, kind in tags}


def test_a_program_links_to_its_whole_file(book: Project) -> None:
    book.write("snippets/01-a/b.py", "# --8<-- [start:x]\n1\n# --8<-- [end:x]\n2\n")
    for name in ("01-a/hello.py", "01-a/b.py:x"):
        book.write("docs/01-a.md", f'```python root:hello.py\n--8<-- "{name}"\n```\n')
        address = f"programs/{name.partition(':')[0]}"
        found = links(book.article("01-a.md"))
        assert found == {"block__title": address, "block__download": address}


def test_a_program_of_no_file_can_be_downloaded_too(book: Project) -> None:
    book.write("docs/01-a.md", "```c:あ.c\nint x;\n```\n")
    page = book.article("01-a.md")
    assert 'download="あ.c"' in page
    found = links(page)
    head, _, data = found["block__download"].partition(",")
    assert head == "data:text/plain;charset=utf-8;base64"
    assert base64.b64decode(data) == b"int x;\n"
    assert "block__title" not in found


def test_a_badge_says_whether_the_block_has_passed_from_top_to_bottom_too(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    program, console, failed, skipped, *_ = fences = book.document("01-a.md").fences
    assert "読者のマシン" not in book.article("01-a.md")
    book.record(of(program, kind="program"), of(console), of(failed, "failed"), of(skipped))
    reads = {"machine": "reader", "since": 9}
    differs = {"reason": Reason("output-differs"), "difference": (Line("extra", "new"),)}
    book.record(
        of(program, kind="program", **reads),
        of(console, "failed", broke=8, steps=(step("id", "new\n", **differs),), **reads),
        of(failed, **reads),
        of(skipped, "skipped", reason=Reason("needs-newer-kernel", {"wanted": "7", "kernel": "6"})),
        name="verification-reader",
    )
    found = list(blocks(book.article("01-a.md")).values())
    where = (
        r'badge__reader badge__reader--(\w+)">([^<]*)<span aria-hidden="true">(.) </span>([^<]*)<'
    )
    said = [re.findall(where, part) for part in found]
    assert said[:4] == [
        [],  # passed there, too: the page's line says it
        [("failed", "読者のマシン ", "✗", "失敗")],
        [("passed", "読者のマシン ", "✓", "検証済み")],
        [("skipped", "読者のマシン ", "–", "実行していません")],
    ]
    assert said[-1] == [("unverified", "読者のマシン ", "○", "未検証")]
    one, two, three, four, *_ = found
    assert "<dd>9行のブロック</dd>" in one
    assert 'badge--passed" data-search-exclude="" open="open">' in two
    assert "<dd>9行のブロック（8行で続けられなくなったため、作り直しました）</dd>" in two
    assert "+ new" in two
    assert "読者のマシンでも、上から順に 2 ブロック" in book.article("01-a.md")
    assert "badge--failed" in three
    assert "カーネル 7 以降が要ります" in four
    assert len(fences) == len(found)


def test_what_was_not_played_on_the_reader_s_machine_is_not_said_to_be(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    program, *_ = book.document("01-a.md").fences
    book.record(of(program, kind="program"))
    book.record(of(program, kind="program", since=3, **RUN), name="verification-reader")
    assert "読者のマシン " not in blocks(book.article("01-a.md"))["01-a.md:7"]


def test_a_block_that_only_the_reader_s_machine_runs_has_the_badge_of_that(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    program, *_ = book.document("01-a.md").fences
    only = Reason("only-on-reader")
    book.record(of(program, "skipped", kind="program", reason=only))
    there = of(program, kind="program", machine="reader", since=3)
    book.record(there, name="verification-reader")
    shown = blocks(book.article("01-a.md"))["01-a.md:7"]
    assert "badge--passed" in shown
    assert "実行していません" not in shown
