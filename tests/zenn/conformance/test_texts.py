"""Texts that nobody would write a case for: too much of one thing, and random ones."""

import random

import pytest
from cases import on_the_site, on_zenn
from renderer import ask

MANY = {
    "20,000 characters in one line": "あ" * 20_000,
    "48,000 characters of all kinds": "## 節\n\n`あ`**い**[う](02-uts)^[え]$x$\n\n- お\n\n" * 1300,
    "500 formulas": "".join(f"$x_{{{n}}}^2 + \\alpha$ と\n" for n in range(500)),
    "500 displayed formulas": "".join(f"$$\nx_{n}\n$$\n\n" for n in range(500)),
    "1,000 dollars": "$" * 1000,
    "1,000 dollars with letters": "$a " * 1000,
    "formulas that are never closed": "$$\na\n" * 500,
    "2,000 brackets": "[" * 2000,
    "links within links": "[a](" * 1000,
    "images within images": "![" * 1000,
    "links whose title never ends": '[a](b "' * 1000,
    "2,000 asterisks": "*a " * 2000,
    "asterisks that overlap": "**a*b" * 1000,
    "tildes": "~~a" * 1000,
    "backticks in runs of all lengths": "".join("`" * n + "a" for n in range(1, 150)),
    "quotations within quotations": "> " * 300 + "a",
    "lists within quotations": "> - " * 150 + "a",
    "lists within lists": "\n".join("  " * depth + "- a" for depth in range(120)),
    "containers within containers": "\n".join(":" * (60 - n) + "message" for n in range(57)),
    "fences one after another": "```\na\n" * 400,
    "fences of fences": "".join("`" * n + "\n" for n in range(60, 3, -1)) * 2,
    "comments that are never closed": "<!--" * 500,
    "comments": "<!-- a --> " * 1000,
    "tags": "<b>" * 1000,
    "breaks": "<br>" * 2000,
    "footnotes": "".join(f"[^{n}]" for n in range(300))
    + "\n\n"
    + "".join(f"[^{n}]: a\n" for n in range(300)),
    "footnotes within footnotes": "^[" * 500,
    "addresses": "https://a.example " * 500,
    "cards": "https://a.example\n" * 300,
    "definitions": "".join(f"[a{n}]: b\n" for n in range(500)) + "[a1]" * 500,
    "a wide table": "|a" * 1000 + "\n" + "|--" * 1000,
    "a long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 500,
    "500 headings of one name": "## a\n" * 500,
    "tasks": "- [ ] a\n" * 500,
    "entities": "&amp;" * 2000,
    "letters beyond the first plane": "🎉𠮷é\u200b\u202e" * 1000,
}

PIECES = [
    *("```", "````", "~~~", "```c:a.c", "```diff js:x.js", "    ", "  ", "\t", " ", "  \n", "\n\n"),
    *("> ", ">", "- ", "1. ", "2) ", "* ", "+", "- [ ] ", "- [x] ", "# ", "## ", "#### "),
    *("a", "b", "1", "あ", "。", "「", "」", "！", "!", "*", "**", "_", "~~", "`a`", "*a*"),
    *("|", "|--|", "|:-:|", "---", "===", "\\", "<", "<br>", "<!-- a -->", "<b>", "&copy;"),
    *("[a](b)", "[x](あ)", "[a]: b", "![a](/images/a.png)", "![b](/images/b.png =250x)", "](", ")"),
    *("https://a.example\n", "https://a.example", "<https://b.example/あ>", "(b)"),
    *("$a", "$$\n", "$x$", "$$y$$", "$a$ (1)", "[^1]", "[^1]: ", "[^2]", "[^2]: b", "^[b]"),
    *(":::", "::::", ":::message", ":::message alert", ":::details T", "::::details U"),
]


def test_much_of_one_thing_and_random_texts_read_the_same() -> None:
    sources = {name: f"{text}\n" for name, text in MANY.items()}
    sources |= {str(seed): _random_text(random.Random(seed)) for seed in range(400)}
    for (name, source), page in zip(sources.items(), ask([*sources.values()]).pages, strict=True):
        assert on_the_site(source) == on_zenn(page), name


def _random_text(of: random.Random) -> str:
    """Return up to ten lines; the last one ends, as an editor sees to."""
    lines = (of.choices(PIECES, k=of.randrange(6)) for _ in range(of.randint(1, 10)))
    return "".join("".join(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\ufeffa\r\nb\rc\n", "a\nb\nc\n"),
        ("a\x08b\x00c\x1bd\x7fe\x85f\n", "abcdef\n"),
        ("```\x08c:a.c\n\x0ba\x0c\n```\n", "```c:a.c\na\n```\n"),
    ],
)
def test_the_site_drops_what_nobody_sees(text: str, shown: str) -> None:
    assert on_the_site(text) == on_zenn(ask([shown]).pages[0])
