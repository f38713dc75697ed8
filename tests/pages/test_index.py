"""The cards of the index say of each chapter what that says of itself."""

import re

from project import ROOT

from zenn.book import Book, read_book

BOOK: Book = read_book(ROOT)
CARD = re.compile(r"^- \[([^]]*)\]\(([\w-]+)\)(?:（(約[^）]*)）)? \S", re.MULTILINE)


def test_each_chapter_has_a_card_with_its_title_and_the_time_of_its_main_line() -> None:
    cards = CARD.findall((BOOK.chapters / "index.md").read_text("utf-8"))
    config = (BOOK.chapters / "config.yaml").read_text("utf-8")
    assert [slug for _, slug, _ in cards] == re.findall(r"^  - ([\w-]+)$", config, re.MULTILINE)
    for title, slug, time in cards:
        chapter = (BOOK.chapters / f"{slug}.md").read_text("utf-8")
        assert f'title: "{title}"' in chapter
        told = re.search(r"\*\*時間\*\*：[^約]*(約[0-9]+(?:分|時間))", chapter)
        assert time == (told[1] if told else ""), slug
