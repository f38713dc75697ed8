"""The search of a page, used as a reader does."""

from urllib.parse import unquote

from playwright.sync_api import Page

# Whether the line above the results (“12件見つかりました”) is there, or what stands there before.
_COUNTED = """(counted) => {
  const line = document.querySelector(".md-search-result__meta").textContent;
  return /見つかり/.test(line) === counted;
}"""
_FOUND = """() => [...document.querySelectorAll(".md-search-result__item")].map(
  (item) => [...item.querySelectorAll("a.md-search-result__link")].map((link) => link.href)
)"""


def search(page: Page, query: str) -> list[list[str]]:
    """What is found: for each page, best first, the addresses (page, then its best sections)."""
    field = page.locator("[data-md-component=search-query]")
    for text in ("", query):
        field.fill(text)
        field.press("End")  # Material listens to keys
        page.wait_for_function(_COUNTED, arg=bool(text))
    found: list[list[str]] = page.evaluate(_FOUND)
    return [[unquote(address) for address in group] for group in found]
