"""The page 検証結果 says what the records say, and nothing where they are silent."""

import re
from typing import Any

import pytest
from entries import of
from project import Project

from harness.record import Reason, Score, Survivor, text_digest, update_scores

PARTS = ("line", "summary", "matrix", "reader", "mutations", "skips", "software")
PAGE = "".join(f"[//]: # (verification-{part})\n\n" for part in PARTS)
CHAPTER = """---
title: "A & B"
---

```console
$ id
```

[//]: # (skip: 網が要る)

```console
$ curl
```

```text
見るだけ
```
"""


@pytest.fixture
def book(book: Project) -> Project:
    """The book, with a chapter that has a block of each verdict."""
    book.write("docs/01-a.md", CHAPTER)
    return book


def record(book: Project, name: str, verdict: str = "passed", **known: Any) -> None:
    """A record of the chapter, with the entry of its first block."""
    ran, skipped, shown = book.document("01-a.md").fences
    book.record(of(ran, verdict, **known), of(skipped, "skipped"), of(shown, "shown"), name=name)


PASSED: dict[str, Any] = {
    "kernel": "6.12.1+deb13",
    "software": {"debian": "13.8", "gcc": "4:14.2.0-1", "util-linux": "2.41-5"},
}


def built(book: Project) -> str:
    book.write("docs/02-b.md", f"# 検証結果\n\n## 見出し\n\n{PAGE}")
    return re.sub(r"\n+", "", book.article("02-b.md"))


def test_it_counts_what_ran_what_did_not_and_why(book: Project) -> None:
    record(book, "verification", **PASSED)
    page = built(book)
    assert "<dt>最後に検証した日</dt><dd>2026年11月24日</dd>" in page
    assert "<dd>1個（うち失敗 0個）</dd>" in page
    assert ">1 ブロックを実行・失敗 0・カーネル 1種</p>" in page
    assert '<a href="01-a.md">A &amp; B</a>' in page
    assert "検証済み 1</span>" in page
    assert '<a href="01-a.md#block-11">A &amp; B、11行</a></th><td>網が要る</td>' in page
    for name, version in {"Debian": "13.8", "GCC": "14.2.0", "util-linux": "2.41"}.items():
        assert f'<th scope="row">{name}</th><td>{version}</td>' in page


def test_each_kernel_and_kind_of_machine_has_its_column(book: Project) -> None:
    record(book, "verification", **PASSED)
    record(book, "verification-6.1", "failed", **(PASSED | {"kernel": "6.1.9"}))
    record(book, "verification-shard-1-of-2", **(PASSED | {"kernel": "9.9"}))
    page = built(book)
    heads = re.findall(r'<th scope="col">(Linux[^<]*)</th>', page)
    assert heads == ["Linux 6.1.9", "Linux 6.12.1"]
    assert page.count('class="verdict verdict--passed"') == 1
    assert page.count('class="verdict verdict--failed"') == 1
    assert "カーネル 2種</p>" in page
    (book.root / "build/verification-6.1.json").unlink()
    record(book, "verification-host", **(PASSED | {"machine": "namespaces"}))
    record(book, "verification-worlds", **(PASSED | {"machine": "qemu-namespaces"}))
    heads = re.findall(r'<th scope="col">(Linux[^<]*)</th>', built(book))
    assert heads == ["Linux 6.12.1、名前空間で分けた環境", "Linux 6.12.1、仮想マシン（QEMU）"]


def test_a_block_that_two_records_ran_on_one_kernel_counts_once(book: Project) -> None:
    record(book, "verification", **PASSED)
    record(book, "verification-6.12", **PASSED)
    assert "検証済み 1</span>" in built(book)
    record(book, "verification-6.12", "failed", **PASSED)
    page = built(book)
    assert "失敗 1</span>" in page
    assert "検証済み 1</span>" not in page


def test_a_block_that_ran_on_some_kernel_is_not_among_those_not_run(book: Project) -> None:
    needed = {"wanted": "7.0", "kernel": "6.12"}
    record(book, "verification", "skipped", reason=Reason("needs-newer-kernel", needed))
    assert "カーネル 7.0 以降が要りますが、このマシンでは 6.12 です" in built(book)
    record(book, "verification-7", **PASSED)
    assert "カーネル 7.0" not in built(book)


def test_a_change_after_the_run_or_that_there_was_none_is_told(book: Project) -> None:
    page = built(book)
    assert page.count("検証の記録がありません") == 3
    assert "検証済み" not in page
    assert "<dt>未検証のもの</dt><dd>2個</dd>" in page
    record(book, "verification", **PASSED)
    book.write("docs/01-a.md", CHAPTER.replace("$ id", "$ id -u"))
    page = built(book)
    assert "未検証 1</span>" in page
    assert "検証済み 1" not in page
    assert "最後に検証した日" not in page


def test_it_says_how_many_wrong_texts_are_caught_and_what_passes(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    assert "間違いを入れて数えた記録は、まだありません。" in built(book)
    survivors = [
        Survivor(line=6, how="dropped", rule="elision", old="a", new=""),
        Survivor(line=7, how="digit", rule="shape mac", old="02:", new="03:"),
    ]
    score = Score(
        chapter="docs/01-a.md",
        text=text_digest(fence.digest for fence in book.document("01-a.md").fences),
        caught=2998,
        survivors=tuple(survivors),
    )
    file = book.root / "build" / "mutation.json"
    update_scores(file, lambda score: True, [score])
    page = built(book)
    assert "<dd>2,998通り（99.9 %）</dd>" in page
    assert "<td>形の決まった値（mac） 1、省略のとなりの行 1</td>" in page
    book.write("docs/01-a.md", CHAPTER.replace("$ id", "$ id -u"))
    assert "まだありません。" in built(book)  # of another text it says nothing


def test_what_was_played_from_top_to_bottom_has_a_column_and_says_what_has_not_passed(
    book: Project,
) -> None:
    record(book, "verification", **PASSED)
    assert "make reader" in built(book)
    assert "読者のマシン（" not in built(book)
    there = PASSED | {"machine": "reader", "since": 5}
    record(book, "verification-reader", **there)
    page = built(book)
    heads = re.findall(r'<th scope="col">(Linux[^<]*)</th>', page)
    assert heads == [
        "Linux 6.12.1、仮想マシン（QEMU）",
        "Linux 6.12.1、読者のマシン（章を上から順に）",
    ]
    assert page.count("検証済み 1</span>") == 2
    assert "<dt>本文のとおりになったもの</dt><dd>1個</dd>" in page
    record(book, "verification-reader", "failed", **there)
    page = built(book)
    assert "失敗: 出力が本文と違います" in page
    assert page.count("検証済み 1</span>") == page.count("失敗 1</span>") == 1


def test_what_only_the_reader_s_machine_runs_counts_as_run(book: Project) -> None:
    record(book, "verification", "skipped", reason=Reason("only-on-reader"))
    record(book, "verification-reader", **(PASSED | {"machine": "reader", "since": 5}))
    page = built(book)
    assert "<dd>1個（うち失敗 0個）</dd>" in page
    assert "読者のマシンだけの結果" not in page
