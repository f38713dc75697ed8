"""Chapters written in a test, parsed beside a folder of programs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from zenn.book import Book
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
    return lambda text: parse(text, Path("docs/02-uts.md"), Book(snippets.parent))
