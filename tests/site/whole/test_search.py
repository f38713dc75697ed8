"""Readers find what they look for, in Japanese, in a real browser."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page
from whole_book import Whole, search

QUERIES: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "queries.yaml").read_text("utf-8")
)
PAGES = 5
"""How many of the pages found a reader looks at,"""
SECTIONS = 5
"""and how many of the sections of each."""


@pytest.fixture(scope="module")
def page(browser: Browser, whole: Whole) -> Page:
    page = browser.new_page()
    page.goto(whole.address + "/02-uts/")
    page.locator("[data-md-component=search-query]").focus()
    return page


def is_found(wanted: str, found: list[list[str]]) -> bool:
    name, _, section = wanted.partition("#")
    for group in found[:PAGES]:
        for address in group[: 1 + SECTIONS]:
            parts = urlsplit(address)
            heading = parts.fragment.replace("-", " ")
            if parts.path.strip("/") == name and section.lower().replace("-", " ") in heading:
                return True
    return False


@pytest.mark.parametrize("written", ["before", "after", "messages"])
def test_what_is_sought_is_among_the_first(page: Page, written: str) -> None:
    queries = QUERIES[written]
    assert len(queries) >= 30
    results = {query: search(page, query) for query in queries}
    assert [query for query, found in results.items() if not found] == []
    wanted = [(query, target) for query, targets in queries.items() for target in targets]
    missed = [(query, target) for query, target in wanted if not is_found(target, results[query])]
    assert 1 - len(missed) / len(wanted) >= 0.95, missed
