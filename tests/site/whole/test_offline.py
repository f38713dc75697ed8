"""The book as a folder of files, opened without a server."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from searching import search
from whole_book import build


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offline")
    build(folder, OFFLINE="true")
    return folder / "site"


def test_search_and_links_work_in_files(browser: Browser, offline: Path) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page.on("request", lambda asked: asked.url.startswith("http") and wrong.append(asked.url))
    page.goto((offline / "index.html").as_uri())
    found = search(page, "マウント伝播")
    assert found[0][0].startswith((offline / "05-mount.html").as_uri())
    page.locator("a.md-search-result__link").first.click()
    page.wait_for_url("**/05-mount.html**")
    page.locator("article h1").wait_for()
    page.locator("pre.diagram").first.scroll_into_view_if_needed()
    page.locator(".diagram__figure svg").first.wait_for()
    assert wrong == []
    page.close()
