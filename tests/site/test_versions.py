"""The table of kernels in the appendix says what ran there, and nothing of what did not."""

import re

import pytest
from entries import of, step
from project import Project

CHAPTER = """[//]: # (versions-table)

```console new:Linux 6.1
$ sudo python3 versions.py
a thing   ENOSYS
```

```console new:Linux 6.12
$ sudo python3 versions.py
a thing   ok
```

```console new:Linux 7
$ true
```
"""


def rows(book: Project) -> list[list[str]]:
    page = book.article("01-a.md")
    table = page[page.index("<table") : page.index("</table>")]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S) for row in table.split("<tr>")[1:]]
    return [[re.sub(r"<a href=\"(.*?)\">(.*?)</a>", r"\2\1", cell) for cell in r] for r in cells]


@pytest.mark.parametrize(
    ("verdict", "answer", "head"),
    [("passed", "ok#block-8", "Linux 6.12.5"), ("failed", "未実行#block-8", "Linux 6.12")],
)
def test_a_cell_is_the_answer_of_a_run_that_passed_and_links_it(
    book: Project, verdict: str, answer: str, head: str
) -> None:
    book.write("docs/01-a.md", CHAPTER)
    old, new, other = book.document("01-a.md").fences
    before, after = (step(output=f"a thing   {said}\n") for said in ("ENOSYS", "ok"))
    book.record(
        of(old, kernel="6.1.9-cloud", steps=(before,)),
        of(new, verdict, kernel="6.12.5-cloud", steps=(after,)),
        of(other, kernel="7.3"),
    )
    assert rows(book) == [["試すこと", "Linux 6.1.9", head], ["a thing", "ENOSYS#block-3", answer]]


def test_without_a_record_no_feature_has_an_answer(book: Project) -> None:
    book.write("docs/01-a.md", CHAPTER)
    assert rows(book) == [["試すこと", "Linux 6.1", "Linux 6.12"]]
    assert "実行していません" in book.article("01-a.md")


def test_a_table_has_the_answers_of_its_own_program_only(book: Project) -> None:
    both = CHAPTER.replace("$ true", "$ python3 structures.py\na member   int")
    book.write("docs/01-a.md", both.replace("versions-table", "structures-table"))
    fences = book.document("01-a.md").fences
    book.record(*(of(fence, steps=(step(output="a member   int\n"),)) for fence in fences))
    ((_, head), row) = rows(book)
    assert head.startswith("Linux")
    assert row == ["a member", f"int#block-{fences[2].line}"]
