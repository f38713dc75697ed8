"""A lighter site looks as it did: no style that an element has is taken out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mkdocs.utils import get_theme_dir
from playwright.sync_api import Browser, Page, Route
from whole_book import ROOT, SCREENS, Whole

THEME = Path(get_theme_dir("material"))
PATHS = ("/", "/02-uts/", "/writing/", "/verification/", "/404.html")


def _open(page: Page) -> None:
    page.locator("details").evaluate_all("found => found.forEach(one => one.open = true)")
    page.evaluate("scrollTo(0, 2000)")


def _drawer(page: Page) -> None:
    page.emulate_media(media="screen")
    page.evaluate("document.getElementById('__drawer').click()")


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("listns")  # few pages: their list is there at once
    page.locator(".md-search-result__item").first.wait_for()


# What a reader does, one after the other.
ACTIONS: dict[str, Callable[[Page], None]] = {
    "opens all that opens": _open,
    "turns off the light": lambda page: _light(page, "dark"),
    "prints": lambda page: page.emulate_media(media="print"),
    "opens the drawer": _drawer,
    "searches": _search,
}


def _light(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    name = {"dark": "slate", "light": "default"}[scheme]
    page.wait_for_function(f"document.body.dataset.mdColorScheme === '{name}'")


# A digest of what is computed for the first element of each kind, and for what stands before and
# after it. Elements are of one kind if they and all around them have the same names and classes.
COMPUTED = """() => {
    const kinds = new Map(), found = {};
    const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith("--"));
    for (const element of document.querySelectorAll("*")) {
        const name = element.tagName + "." + (element.getAttribute("class") ?? "");
        const kind = (kinds.get(element.parentElement) ?? "") + " > " + name;
        kinds.set(element, kind);
        if (kind in found || kind.includes(" > svg.")) continue;
        let digest = 0;
        for (const part of [null, "::before", "::after"]) {
            const style = getComputedStyle(element, part);
            if (part && style.content === "none") continue;
            for (const name of names) {
                const value = style.getPropertyValue(name);
                for (let i = 0; i < value.length; i++)
                    digest = (Math.imul(digest, 31) + value.charCodeAt(i)) | 0;
            }
        }
        found[kind] = digest;
    }
    return found;
}"""


@pytest.fixture(params=SCREENS)
def pages(
    browser: Browser, whole: Whole, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, Page]]:
    """A page as readers get it, and one with the styles as they were written."""
    originals = {file.name: file for file in THEME.glob("assets/stylesheets/*.css")}
    originals["book.css"] = ROOT / "docs/assets/book.css"

    def as_written(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        if name in originals:
            route.fulfill(path=originals[name])
        else:
            route.continue_()

    # What a test evaluates is no script of the page: its policy is for those.
    screen = SCREENS[request.param]
    contexts = [browser.new_context(viewport=screen, bypass_csp=True) for _ in range(2)]
    light, heavy = (context.new_page() for context in contexts)
    heavy.route("**/*.css", as_written)
    yield light, heavy
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_element_has_the_style_that_was_written(
    pages: tuple[Page, Page], whole: Whole, path: str
) -> None:
    for page in pages:
        page.goto(whole.address + path, wait_until="networkidle")
        page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
        _light(page, "light")
    different = []
    for action, act in ACTIONS.items():
        for page in pages:
            act(page)
        # Material's scripts place some elements a moment later, by styles of their own.
        for _ in range(50):
            if not (changed := _changed(pages)):
                break
            pages[0].wait_for_timeout(200)
        different += [f"{action}: {kind}" for kind in changed]
    assert different == []


def _changed(pages: tuple[Page, Page]) -> list[str]:
    """The kinds of elements that have not the style that was written."""
    slim, written = (dict(page.evaluate(COMPUTED)) for page in pages)
    assert len(written) > 50
    return [kind for kind in written if slim.get(kind) != written[kind]]
