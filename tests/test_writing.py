"""The page for authors shows what it says: below each source stands its result."""

from pathlib import Path

from zenn.book import Book
from zenn.parser import parse

ROOT = Path(__file__).parent.parent
PAGE = Path("docs/writing.md")


def test_below_each_source_stands_the_same_as_its_result() -> None:
    document = parse((ROOT / PAGE).read_text("utf-8"), PAGE, Book(ROOT))
    lines = document.text.split("\n")
    sources = [fence for fence in document.fences if fence.language == "markdown"]
    for source in sources:
        shown = source.text.removesuffix("\n").split("\n")
        assert lines[source.end + 1 : source.end + 1 + len(shown)] == shown, source.line
    assert len(sources) > 15
