"""Fences: their info strings, how they look, and where in the file they stand."""

import pytest
from parsed import Parse
from project import alone

from zenn.fences import Appearance, InfoString, appearance, parse_info
from zenn.model import ChapterError, Mistake


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ("", InfoString("", (), "")),
        ("console", InfoString("console", (), "")),
        ("python:unshare_uts.py", InfoString("python", (), "unshare_uts.py")),
        (
            "c root timeout=60 kernel>=6.18:main.c",
            InfoString("c", ("root", "timeout=60", "kernel>=6.18"), "main.c"),
        ),
        ("diff js:a.js", InfoString("diff", ("js",), "a.js")),
        ("ini file:/etc/x.conf", InfoString("ini", ("file",), "/etc/x.conf")),
        ("text:実行結果", InfoString("text", (), "実行結果")),
        ("console:a:b c", InfoString("console", (), "a:b c")),
        (":title", InfoString("", (), "title")),
        ("  python  x ", InfoString("python", ("x",), "")),
    ],
)
def test_info_string_is_language_words_and_title(info: str, expected: InfoString) -> None:
    assert parse_info(info) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("~python:a.py\n~\n~text:実行結果\n~\n", "program result"),
        ("~c\n~\n\n[//]: # (varies: 1 pid)\n\n~text:実行結果\n~\n", "program result"),
        ("> ~rust:a.rs\n> ~\n>\n> ~text:実行結果\n> ~\n", "program result"),
        ("~python:a.py\n~\n文\n\n~text:実行結果\n~\n", "program shown"),
        ("~python file:a.py\n~\n~text:実行結果\n~\n", "file shown"),
        ("~text:実行結果\n~\n~text:出力\n~\n", "shown shown"),
        ("~console\n~\n\n~text:出力\n~\n~text:出力\n~\n", "console result shown"),
        (
            "~console\n~\n~text:実行結果\n~\n~python:a.py\n~\n~text:出力\n~\n",
            "console shown program shown",
        ),
        ("~console\n~\n\n文\n\n~text:出力\n~\n", "console shown"),
        ("~console root:端末1\n~\n~bash\n~\n~\n~\n\n    $ ls\n", "console shown shown shown"),
        ("~bash\n$ ls\n~\n~Bash\n\n$ ls\n~\n~{.bash}\n$ ls\n~\n", "console console console"),
        ("~bash\n# ls\n~\n~sh\nls\n$ ls\n~\n~bash file:x\n$ ls\n~\n", "shown shown file"),
        ("~shell-session\n# ls\n~\n~pycon\n>>> 1\n~\n~terminal\nls\n~\n", "console console shown"),
        ("~text\n$ ls\n~\n~yaml\n$ ls\n~\n", "shown shown"),
    ],
)
def test_what_a_block_is_is_decided_by_its_info_string_and_what_stands_before_it(
    chapter: Parse, text: str, kinds: str
) -> None:
    fences = chapter(text.replace("~", "```")).fences
    assert " ".join(fence.kind for fence in fences) == kinds


def test_lines_count_from_the_front_matter(chapter: Parse) -> None:
    document = chapter("---\ntitle: x\n---\n\n## a\n\n```console\n$ id\n```\n")
    (fence,) = document.fences
    assert (fence.line, fence.end, fence.closed) == (7, 9, True)
    assert document.front_matter == {"title": "x"}
    assert document.headings[0].line == 5


@pytest.mark.parametrize(
    ("text", "line", "end", "indent"),
    [
        ("```sh\na\n```\n", 1, 3, ""),
        ("- x\n\n  ```sh\n  a\n  ```\n", 3, 5, "  "),
        ("1. ```sh\n   a\n   ```\n", 1, 3, "   "),
        ("> ```sh\n> a\n> ```\n", 1, 3, "> "),
        ("> 1. - ~~~sh\n>      a\n>      ~~~\n", 1, 3, ">      "),
        (":::message\n````sh\na\n````\n:::\n", 2, 4, ""),
        ("::::details T\n:::message\n```sh\na\n```\n:::\n::::\n", 3, 5, ""),
    ],
)
def test_a_fence_knows_its_place(
    chapter: Parse, text: str, line: int, end: int, indent: str
) -> None:
    (fence,) = chapter(text).fences
    assert (fence.text, fence.line, fence.end, fence.indent) == ("a\n", line, end, indent)
    assert fence.closed
    assert fence.fenced


@pytest.mark.parametrize(
    ("text", "code", "closed", "end"),
    [
        ("```c\n\n\tint a;\n\n\n```\n", "\n\tint a;\n\n\n", True, 6),
        ("text\n\n```sh\na\nb", "a\nb\n", False, 5),
        ("```sh\n```\n", "", True, 2),
        # Control characters vanish without shifting lines.
        ("\ufeffa\x08\x0b\x0c\r\n\r\n```sh\r\n\x1ba\x85\r\n```\r\n", "a\n", True, 5),
    ],
)
def test_the_code_of_a_fence(chapter: Parse, text: str, code: str, closed: bool, end: int) -> None:
    (fence,) = chapter(text).fences
    assert (fence.text, fence.closed, fence.end) == (code, closed, end)


def test_an_indented_block_is_a_fence_without_language(chapter: Parse) -> None:
    (fence,) = chapter("text\n\n    a\n\n      b\n\nmore\n").fences
    assert (fence.text, fence.language, fence.fenced) == ("a\n\n  b\n", "", False)
    assert (fence.line, fence.end, fence.indent) == (3, 5, "    ")


def test_fences_are_those_of_zenn_in_the_order_of_the_file(chapter: Parse) -> None:
    first, second = chapter(":::message\n```sh\na\n:::\n```\nb\n").fences
    assert (first.text, first.closed) == ("a\n", False)
    assert (second.line, second.text) == (5, "b\n")
    # Those of footnotes keep the order of the file.
    text = "[^1]: note\n\n    ```a\n    1\n    ```\n\ntext[^1]\n\n```b\n2\n```\n"
    assert [fence.language for fence in chapter(text).fences] == ["a", "b"]


def test_comments_right_before_a_fence_belong_to_it(chapter: Parse) -> None:
    text = (
        "text\n\n[//]: # (varies: 1234 pid)\n\n[//]: # (skip: 理由)\n```console\n$ a\n```\n"
        "\n[//]: # (elsewhere)\n\ntext\n\n```console\n$ b\n```\n"
    )
    document = chapter(text)
    first, second = document.fences
    known = [(comment.text, comment.line) for comment in first.comments]
    assert known == [("varies: 1234 pid", 3), ("skip: 理由", 5)]
    assert second.comments == ()
    assert [comment.line for comment in document.comments] == [3, 5, 10]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        # A comment that would show,
        ("text\nmore\n[//]: # (skip: a)\n", 3, "put an empty line before it"),
        ("- item\n[//]: # (skip: a)\n", 2, "put an empty line before it"),
        ("[//]: # (skip: a (b))\n", 1, 'write [//]: # (text), or [//]: # "text"'),
        ("---\ntitle: a\n---\n[//]: # skip\n", 4, "write [//]: # (text)"),
        # and a bad front matter.
        ("---\na: b\nb: c: d\n---\n", 3, "front matter"),
        ("---\n- a\n---\n", 2, "front matter"),
        ("---\na: [\n---\n", 3, "front matter"),
    ],
)
def test_what_nobody_can_read_is_an_error_of_its_line(
    chapter: Parse, text: str, line: int, said: str
) -> None:
    with pytest.raises(ChapterError) as caught:
        chapter(text)
    assert str(caught.value).startswith(f"docs/02-uts.md:{line}: ")
    assert said in str(caught.value)


def test_a_digest_changes_with_whatever_a_block_contributes(chapter: Parse) -> None:
    texts = [f"{opening}\na\n```\n" for opening in ("```sh", "```c", "```sh root", "```sh:t")]
    texts += ["```sh\nb\n```\n", "[//]: # (x)\n\n```sh\na\n```\n"]
    assert len({chapter(text).fences[0].digest for text in texts}) == len(texts)
    assert chapter("moved\n\n" + texts[0]).fences[0].digest == chapter(texts[0]).fences[0].digest


CODE = "a\nb\nc\nd\n```\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Appearance()),
        (" root", Appearance()),
        (" linenos", Appearance(numbered=True)),
        (" hl=2", Appearance(highlighted=(2,))),
        (" hl=3-4,1 linenos", Appearance(numbered=True, highlighted=(1, 3, 4))),
        (" hl=1 hl=1-2", Appearance(highlighted=(1, 2))),
    ],
)
def test_words_say_how_a_block_looks(chapter: Parse, words: str, expected: Appearance) -> None:
    (fence,) = chapter(f"```python{words}:a.py\n{CODE}").fences
    assert appearance(fence) == expected


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hl=5", "`hl=5`: the block has lines 1 to 4"),
        ("hl=3-9", "`hl=3-9`: the block has lines 1 to 4"),
        ("hl=0", "write lines of the block"),
        ("hl=", "write lines of the block"),
        ("hl=2-1", "the block has lines 1 to 4"),
        ("hl=x", "write lines of the block, as in `hl=3` or `hl=3-5,8`"),
    ],
)
def test_lines_that_the_block_does_not_have_are_the_authors_to_mend(
    chapter: Parse, word: str, message: str
) -> None:
    (fence,) = chapter(f"```python {word}:a.py\n{CODE}").fences
    with pytest.raises(Mistake) as caught:
        appearance(fence)
    assert (caught.value.line, message in caught.value.message) == (1, True)


def test_the_site_numbers_lines_and_marks_them_which_changes_nothing_of_a_run(
    chapter: Parse,
) -> None:
    plain, marked, other = (
        chapter(f"```python{words}:a.py\n{CODE}").fences[0].digest
        for words in ("", " hl=1 linenos", " root")
    )
    assert plain == marked != other
    page = alone(f"```text hl=2 linenos\n{CODE}")
    assert 'data-linenos="4 "' in page
    assert page.count('class="hll"') == 1
    assert "b\n</span>" in page.partition('class="hll"')[2]
