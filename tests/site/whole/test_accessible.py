"""Every kind of page, dark and light, wide and narrow: for everybody to use, and to look at.

The screenshots are kept in build/screenshots.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_is_shut_out(browser: Browser, whole: Whole, screen: str, scheme: Any) -> None:
    # axe is no script of the page: its policy is for those.
    page = browser.new_context(
        viewport=SCREENS[screen], color_scheme=scheme, bypass_csp=True
    ).new_page()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    wrong = []
    for kind, path in KINDS.items():
        page.goto(whole.address + path, wait_until="networkidle")
        page.locator(".badge > summary").evaluate_all("found => found[0]?.click()")
        page.screenshot(path=SCREENSHOTS / f"{kind}-{screen}-{scheme}.png")
        for part in ("terminals", "tabs") if kind == "chapter" else ():
            page.locator(f".{part}").first.scroll_into_view_if_needed()
            page.screenshot(path=SCREENSHOTS / f"{part}-{screen}-{scheme}.png")
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
    page.context.close()
    assert wrong == []
