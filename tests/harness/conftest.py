"""Chapters written in a test, as the harness sees them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.chapter import Chapter, from_document
from zenn.parser import parse


@pytest.fixture
def snippets(tmp_path: Path) -> Path:
    path = tmp_path / "snippets"
    path.mkdir()
    return path


@pytest.fixture
def chapter(snippets: Path) -> Callable[[str], Chapter]:
    """A chapter with the given text; ``~`` at the start of a line stands for the fence ```."""

    def build(text: str) -> Chapter:
        lines = ["```" + line[1:] if line.startswith("~") else line for line in text.split("\n")]
        return from_document(parse("\n".join(lines), Path("docs/x.md"), snippets))

    return build
