from collections.abc import Callable
from pathlib import Path

import pytest

from zenn.lint.book import Book
from zenn.model import Document
from zenn.parser import parse

Parse = Callable[[str], Document]


@pytest.fixture
def snippets(tmp_path: Path) -> Path:
    """A folder of programs, as `snippets/` is."""
    folder = tmp_path / "snippets"
    (folder / "02-uts").mkdir(parents=True)
    (folder / "02-uts" / "hello.py").write_text('print("hello")\n')
    (folder / "02-uts" / "clone.c").write_text(
        "#include <stdio.h>\n"
        "// --8<-- [start:main]\n"
        "int main(void) {\n"
        "    /* --8<-- [start:body] */\n"
        '\tputs("Hello");\n'
        "    /* --8<-- [end:body] */\n"
        "}\n"
        "// --8<-- [end:main]\n"
        "// --8<-- [start:open]\n"
        "// the end"
    )
    return folder


@pytest.fixture
def chapter(snippets: Path) -> Parse:
    """Parses a text as docs/02-uts.md."""
    return lambda text: parse(text, Path("docs/02-uts.md"), snippets)


HEAD = '---\ntitle: "章"\n---\n\n'
CONFIG = """\
title: "本"
summary: "説明"
topics: ["linux"]
published: true
price: 0
chapters:
  - 01-a
  - 02-b
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A book of two chapters and a page that only the site has."""
    root = tmp_path / "book"
    for name, text in {
        "mkdocs.yml": "extra: {zenn: {slug: namespace-book}}\n",
        "docs/config.yaml": CONFIG,
        "docs/01-a.md": HEAD + "## 節\n",
        "docs/02-b.md": HEAD + "## はじめに\n",
        "docs/index.md": "# 本\n",
        "snippets/fence.md": "```\n```\n",
        "snippets/colons.txt": ":::\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "docs/images").mkdir()
    (root / "docs/images/a.png").write_bytes(b"")
    (root / "docs/images/large.png").write_bytes(bytes(3 * 1024 * 1024 + 1))
    return Book(root)
