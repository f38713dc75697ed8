"""Every kind of page, dark and light, wide and narrow: for everybody to use, and to look at.

The screenshots are kept in build/screenshots.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from whole_book import ROOT, SCREENS, Whole

AXE = Path(__file__).parent / "checks/node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / "build/screenshots"
KINDS = {
    "index": "/",
    "chapter": "/02-uts/",
    "writing": "/writing/",
    "glossary": "/glossary/",
    "verification": "/verification/",
    "not-found": "/404.html",
}


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=SCREENS)
def page(
    browser: Browser, whole: Whole, scheme: Any, request: pytest.FixtureRequest
) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREENS[request.param], color_scheme=scheme)
    page = context.new_page()
    yield page
    context.close()


def test_nobody_is_shut_out(
    page: Page, whole: Whole, scheme: str, request: pytest.FixtureRequest
) -> None:
    screen = request.node.callspec.params["page"]
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    wrong = []
    for kind, path in KINDS.items():
        page.goto(whole.address + path, wait_until="networkidle")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # draws without being scrolled to
        page.wait_for_function("!document.querySelector('pre.diagram:not([hidden])')")
        page.locator(".badge > summary").evaluate_all("found => found[0]?.click()")
        page.screenshot(path=SCREENSHOTS / f"{kind}-{screen}-{scheme}.png")
        if kind == "chapter":
            page.locator(".terminals").first.scroll_into_view_if_needed()
            page.screenshot(path=SCREENSHOTS / f"terminals-{screen}-{scheme}.png")
            page.locator(".tabs").first.scroll_into_view_if_needed()
            page.screenshot(path=SCREENSHOTS / f"program-{screen}-{scheme}.png")
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        wrong += [
            f"{kind}: {violation['id']}: {json.dumps(node['target'])}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > SCREENS[screen]["width"]:
            wrong.append(f"{kind}: {width} px wide")
    assert wrong == []
