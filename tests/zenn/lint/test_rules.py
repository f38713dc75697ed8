"""Every trap is found, at its line and with its sentence; what is right is left alone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from zenn.lint import Trap

Lint = Callable[[str], list[Trap]]

FIRST = 5  # the line that a text begins at, behind its front matter
LONG = ("あ" * 9_996 + "\n\n") * 5
TRAPS = [
    # rule, what is wrong, the line of it in that, what is said, what is right instead
    ("emphasis", "これは**「強調」**です", 1, "write 「**強調**」", "これは「**強調**」です"),
    ("emphasis", "a\n\n**注意：**次", 3, "write **注意**：", "**注意**：次"),
    ("emphasis", "**`x`**です", 1, "with a space on both sides", "**`x`** です"),
    ("emphasis", "これは ** 強調 ** です", 1, "write **強調**", "これは**強調**です"),
    ("emphasis", "これは*「強調」*です", 1, "write 「*強調*」", "/proc/*/ns と *.c と 2*3"),
    ("emphasis", "- a\n- **「b」**c", 2, "**「b」**", "- a\n- **「b」** c と \\*\\*「d」\\*\\*e"),
    ("line-break", "一行目\n二行目", 2, "in one line", "一行目\n\n二行目<br>三行目"),
    ("line-break", "- a\n  b", 2, "in one line", "- a\n- b"),
    ("line-break", "> a\n> b\n\nc", 2, "in one line", "> a  b\n\nc"),
    ("line-break", "`a\nb` c\nd", 3, "in one line", "![a](/images/a.png)\n*見出し*"),
    ("line-break", "a[^1]\n\n[^1]: b\n    c", 4, "in one line", "a\nhttps://a.example\nb"),
    ("math", "a $HOME/bin:$PATH", 1, "$HOME/bin:$ as math", "a `$HOME/bin:$PATH`"),
    ("math", "PIDは$$と$$です", 1, "$$と$$ as math", "PIDは`$$`と`$$`です"),
    ("math", "${HOME}と${PATH}", 1, "write \\$", "\\${HOME}と\\${PATH}"),
    ("math", "（$?、$!）", 1, "$?、$ as math", "$x^2$ と $2^{12}$ と $a$ と $\\text{あ}$ と $$y$$"),
    ("footnote", "a[^1]", 1, "add a line [^1]: …", "a[^1]\n\n[^1]: b"),
    ("heading-space", "##見出し", 1, "Zenn shows ## as text", "## 見出し"),
    ("heading-space", "##　見出し", 1, "a space (U+0020)", "## 見出し #"),
    ("heading-space", "#見出し", 1, "put a space", "#12 と #!/bin/sh"),
    ("attributes", "## 見出し {#id}", 1, "{#id} as text", "## 見出し"),
    ("attributes", "文 {: .c }", 1, "leave it out", "`{#id}` {a} {}"),
    ("html", "<b>a</b>", 1, "write **text**", "**a** `<b>` <PID> \\<b> &lt;b&gt; <br>"),
    ("html", '<div class="a">\nb\n</div>', 1, "leave it out", "a < b > c <a-b>"),
    ("html", "a</details>", 1, "write :::details TITLE", ":::details a\nb\n:::"),
    ("html-comment", "a\n\n<!-- b\nc -->", 3, "<!-- … -->", "a <!-- b --> c\n\n<!-- c -->"),
    ("container-head", ":::message warning\na\n:::", 1, ":::message alert",
     ":::message alert\na\n:::"),
    ("container-head", ":::details\na\n:::", 1, "write :::details TITLE", ":::details a\nb\n:::"),
    ("container-head", "::::note\na\n::::", 1, "its containers are ::::message",
     "::::message\na\n::::"),
    ("container-end", ":::message\na\n:::\nb\n\n:::", 6, "closes nothing", ":::message\na\n:::"),
    ("container-unclosed", "a\n\n:::message\nb", 3, "close it", "a\n\n:::message\nb\n:::"),
    ("container-unclosed", ":::message\n:::details a\nb\n:::\n:::", 2, "one more, ::::",
     "::::message\n:::details a\nb\n:::\n::::"),
    ("container-unclosed", "> :::message\n> a\n\nb", 1, "close it",
     "> :::message\n> a\n> :::\n\nb"),
    ("container-cut", ":::message\n```\n:::\n```\n:::", 3, "give the container more colons, ::::",
     "::::message\n```\n:::\n```\n::::"),
    ("fence-unclosed", "a\n\n~~~~sh\nb", 3, "add a line ~~~~ after it", "~~~~sh\nb\n~~~~"),
    ("fence-unclosed", "```console\n$ a\n\nb\n\n```console\n$ c\n```", 1, "```console of line 10",
     "```console\n$ a\n```\n\nb\n\n```console\n$ c\n```"),
    ("fence-unclosed", "> ```\n> a\n> ```c:a.c\n> ```", 1, "open and close with ````",
     "> ````\n> a\n> ```c:a.c\n> ````\n\n```\n~~~c\n```\n\n```\n``` `a`\n```"),
    ("admonition", '!!! note "a"', 1, "write :::message", "a!!! note"),
    ("admonition", "??? note", 1, ":::details TITLE", "何???"),
    ("tabs", '=== "a"', 1, "below each other", "a === b"),
    ("highlight", "a ==b== c", 1, "==b== as text; write **text**", "a == b と c == d と `==e==`"),
    ("table-of-contents", "[TOC]", 1, "leave it out", "`[TOC]`"),
    ("table-of-contents", "[[toc]]", 1, "leave it out", "目次"),
    ("abbreviation", "*[PID]: 番号", 1, "where it first comes", "PID（番号）"),
    ("definition-list", "用語\n: 説明", 2, "write a list", "- **用語** — 説明"),
    ("include-place", '--8<-- "a.c"', 1, "between two lines ```", '`--8<-- "a.c"`'),
    ("embed", "@[foo](x)", 1, "it knows blueprintue, card", "@[card](https://a.example)"),
    ("embed", "@[gist](a b)", 1, "@[gist](https://…)", "@[gist](https://gist.github.com/a/b)"),
    ("embed", "文 @[card](https://a.example)", 1, "a line of its own",
     "@card と [card](#節)\n\n## 節"),
    ("table-pipe", "| a | b |\n|--|--|\n| `x|y` | z |", 3, "write it \\|",
     "| a | b |\n|--|--|\n| `x\\|y` | \\` |"),
    ("link-chapter", "[a](02-bb)", 1, "do you mean 02-b?", "[a](02-b)"),
    ("link-chapter", "[a](index)", 1, "not in Zenn's book", "[a](01-a)"),
    ("link-anchor", "[a](02-b#はじめ)", 1, "do you mean はじめに?", "[a](02-b#はじめに)"),
    ("link-anchor", "[a](#節)", 1, "docs/01-a.md has no heading", "[a](#節)\n\n## 節"),
    ("link-form", "[a](02-b.md)", 1, "without .md",
     "[a](02-b) <https://a.example> [b](mailto:a@b.c)"),
    ("link-form", "[a](/02-b)", 1, "nothing at /02-b", "[a](https://a.example/02-b)"),
    ("link-form", "[a][b]\n\n[b]: 02-b", 3, "stands in the text",
     "[a][b]\n\n[b]: https://a.example"),
    ("image-missing", "a ![a](/images/b.png)", 1, "no file docs/images/b.png",
     "![a](/images/a.png)"),
    ("image-missing", "![a](/images/../01-a.png)", 1, "no file", "![a](/images/a.png =5x)"),
    ("image-kind", "![a](/images/a.svg)", 1, "refuses .svg", "`![a](/images/a.svg)`"),
    ("image-size", "![a](/images/large.png)", 1, "image of 3.0 MiB", "![a](/images/a.png)"),
    ("image-place", "![a](a.png)", 1, "docs/images/", "![a](/images/a.png)"),
    ("image-place", "![a](https://a.example/a.png)", 1, "by every reader", "![a](/images/a.png)"),
    ("title", "---\nfree: true\n---\na", 1, 'write title: "…"', '---\ntitle: "a"\n---\nb'),
    ("title", "---\nfree: true\ntitle: 1\n---\na", 3, "a title", "---\ntitle: a1\n---\nb"),
    ("title-length", f"---\ntitle: {'あ' * 71}\n---\na", 2, "shorten it to 70",
     f"---\ntitle: {'あ' * 70}\n---\na"),
    ("title-length", f"---\ntitle: {'😀' * 36}\n---\na", 2, "of 72",
     f"---\ntitle: {'😀' * 35}\n---\n"),
    ("free", '---\ntitle: a\nfree: "true"\n---\nb', 3, "without quotes",
     "---\ntitle: a\nfree: false\n---\n"),
    ("chapter-length", f"---\ntitle: a\n---\n{LONG}", 1, "50,0",
     f"---\ntitle: a\n---\n{LONG[30:]}"),
    ("diagram-length", f"```mermaid\n{'a' * 2000}\n```", 1, "2,001",
     f"```mermaid\n{'a' * 1999}\n```"),
    ("include", '```md\n--8<-- "fence.txt"\n```', 1, "one ` or : more",
     '````md\n--8<-- "fence.txt"\n````'),
    ("include", ':::message\n```\n--8<-- "colons.txt"\n```\n:::', 2, "or : more",
     '::::message\n```\n--8<-- "colons.txt"\n```\n::::'),
    ("chapter", "a\n[//]: # (b)", 2, "put an empty line before it", "a\n\n[//]: # (b)"),
    ("chapter", '```c\n--8<-- "no.c"\n```', 2, "no file", "```c\n```"),
    ("chapter", "---\n- a\n---\n", 2, "not a mapping", "---\ntitle: a\n---\n"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "bad", "line", "said", "good"), TRAPS)
def test_a_trap_is_found_and_its_mending_is_not(
    lint: Lint, rule: str, bad: str, line: int, said: str, good: str
) -> None:
    (finding,) = lint(bad)
    assert finding.rule == rule
    assert finding.line == line + (0 if bad.startswith("---") else FIRST - 1)
    assert said in finding.message
    assert str(finding).startswith(f"docs/01-a.md:{finding.line}: ")
    assert lint(good) == []


@pytest.mark.parametrize("bad", sorted({bad for _, bad, *_ in TRAPS if "---" not in bad}))
def test_code_is_no_trap(lint: Lint, bad: str) -> None:
    code = bad.replace("--8<--", "8")
    assert lint(f"`````text\n{code}\n`````") == []
    assert lint("    " + code.replace("\n", "\n    ")) == []


def test_traps_of_one_line_are_all_found(lint: Lint) -> None:
    found = lint("**「a」**b **「c」**d <b>")
    assert [finding.rule for finding in found] == ["html", "emphasis", "emphasis"]
    assert "「**a**」" in found[1].message
    assert "「**c**」" in found[2].message
    # What a mistake drags along is not told.
    rules = [finding.rule for finding in lint(":::message x\na\nb\n:::\n\nc\nd\n\n:::")]
    assert rules == ["container-head", "line-break", "container-end"]


def test_the_page_for_authors_tells_of_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "writing.md").read_text("utf-8")
    _, table = page.split("| 規則 | 見つけるもの |\n|--|--|\n")
    cells = [row.split("|")[1] for row in table.partition("\n\n")[0].split("\n")]
    told = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}
    # Those of the book, not of a text: tests/zenn/lint/test_whole_book.py.
    of_book = {"config", "book-slug", "chapter-name", "link-out", "no-chapter"}
    assert told == {rule for rule, *_ in TRAPS} | of_book | {"hidden"}


@pytest.mark.parametrize("text", ["a{}b", "`a{}b`", "```\na{}b\n```"])
def test_what_nobody_sees_is_a_trap_in_code_too(lint: Lint, text: str) -> None:
    (finding,) = lint(text.format("\u202e"))
    assert (finding.rule, "U+202E" in finding.message) == ("hidden", True)
    assert lint(text.format("")) == []
