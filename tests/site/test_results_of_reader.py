"""What a reader does with a page, in a real browser."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FloatRect,
    Page,
    Request,
    ViewportSize,
    expect,
)

CHAPTERS = ("/", "/01-a/", "/02-b/", "/glossary/", "/404.html")
DESK = ViewportSize(width=1400, height=1000)
PHONE = ViewportSize(width=390, height=844)

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, served: str) -> Iterator[Open]:
    """Opens a page of the book; the same reader's, as long as nothing is set for the browser.

    At the end nothing may have gone wrong in any page, and no request have left the origin.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"{message.text}: {message.location}")

    def asked(request: Request) -> None:
        if not request.url.startswith((served, "data:")):
            wrong.append(request.url)

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", said)
        page.on("request", asked)

    def opened(path: str, blocked: bool = False, **settings: Any) -> Page:
        if settings or blocked or not contexts:
            context = browser.new_context(**({"viewport": DESK} | settings))
            context.set_default_timeout(30_000)
            contexts.append(context)
        page = contexts[-1].new_page()
        if not blocked:  # Material's own script complains of it
            watch(page)
        else:
            page.add_init_script(
                "Object.defineProperty(window, 'localStorage',"
                " { get() { throw new DOMException('blocked', 'SecurityError'); } })"
            )
        page.goto(served + path, wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("path", CHAPTERS)
def test_no_page_has_an_error_or_asks_another_host(open_page: Open, path: str) -> None:
    expect(open_page(path).locator("article h1")).to_have_count(1)


def test_the_copy_button_gives_whole_commands_without_prompts_and_output(open_page: Open) -> None:
    page = open_page("/01-a/", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".block", has_text="for i in")
    block.hover()
    block.locator(".md-code__button[data-clipboard-target]").click()
    expect(page.locator(".md-dialog")).to_contain_text("コピー")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'echo $$\nfor i in 1 2; do\n  echo "$i"\ndone\nid -u'
    nothing_typed = page.locator(".block", has_text="bye")
    expect(nothing_typed.locator("[data-clipboard-target]")).to_have_count(0)


def test_a_chosen_language_holds_for_all_programs_of_the_book(open_page: Open) -> None:
    page = open_page("/01-a/")
    expect(page.get_by_role("tab", name="Python", selected=True)).to_have_count(2)
    page.get_by_role("tab", name="C").first.click()
    for again in (page, open_page("/01-a/")):
        expect(again.get_by_role("tab", name="C", selected=True)).to_have_count(2)
        expect(again.get_by_text("int b;")).to_be_visible()
        expect(again.get_by_text('print("a")')).to_be_hidden()


def test_tabs_are_moved_through_by_arrow_keys(open_page: Open) -> None:
    page = open_page("/01-a/")
    page.get_by_role("tab", name="Python").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="C").first).to_be_focused()
    expect(page.get_by_role("tabpanel", name="C").first).to_contain_text("int a;")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Python", selected=True)).to_have_count(2)
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="C", selected=True)).to_have_count(2)


def test_without_scripts_every_language_is_shown(open_page: Open) -> None:
    page = open_page("/01-a/", java_script_enabled=False)
    for code in ('print("a")', "int a;", 'print("b")', "int b;"):
        expect(page.get_by_text(code)).to_be_visible()


def test_on_paper_every_language_is_shown_and_no_button(open_page: Open) -> None:
    page = open_page("/01-a/")
    page.emulate_media(media="print")
    expect(page.get_by_text("int a;")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)
    expect(page.get_by_role("button", name="読了にする")).to_have_count(0)


def test_a_badge_is_opened_and_its_transcript_reached_by_keyboard(open_page: Open) -> None:
    page = open_page("/01-a/")
    badge = page.locator(".badge--passed").first
    badge.locator("summary").focus()
    page.keyboard.press("Enter")
    transcript = badge.get_by_role("group", name="実行の記録")
    expect(transcript).to_be_visible()
    expect(transcript.locator("mark")).to_have_text("87")
    expect(badge.get_by_role("row", name=re.compile("PID"))).to_contain_text("1234")
    page.keyboard.press("Tab")
    expect(transcript).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(transcript).to_be_hidden()


def test_terminals_stand_side_by_side_where_there_is_room(open_page: Open) -> None:
    def boxes(page: Page) -> list[FloatRect]:
        found = [block.bounding_box() for block in page.locator(".terminals > .block").all()]
        return [box for box in found if box]

    first, second, third = boxes(open_page("/01-a/"))
    assert first["y"] == second["y"] < third["y"]
    assert first["x"] == third["x"] < second["x"]
    first, second, third = boxes(open_page("/01-a/", viewport=PHONE))
    assert first["x"] == second["x"] == third["x"]
    assert first["y"] < second["y"] < third["y"]


def test_a_term_is_explained_by_mouse_and_by_keyboard(open_page: Open) -> None:
    page = open_page("/01-a/")
    term, tip = page.get_by_role("button", name="名前空間"), page.locator(".tip")
    term.hover()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    for key in ("Enter", "Space"):
        term.focus()
        page.keyboard.press(key)
        expect(tip).to_contain_text("区切る仕組みです。")
        expect(term).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Tab")
        expect(tip.get_by_role("link", name="用語集")).to_be_focused()
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()


def test_a_term_is_explained_by_touch_within_the_screen(open_page: Open) -> None:
    page = open_page("/01-a/", viewport=PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="名前空間").tap()
    tip = page.locator(".tip")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    tip.get_by_role("link", name="用語集").tap()
    page.wait_for_url("**/glossary/#**")


def test_a_chapter_that_was_read_is_marked_on_every_page(open_page: Open) -> None:
    page = open_page("/01-a/")
    expect(page.locator(".progress")).to_contain_text("読了 0 / 2 章")
    page.get_by_role("button", name="読了にする").click()
    for again in (page, open_page("/02-b/")):
        expect(again.locator(".progress")).to_contain_text("読了 1 / 2 章")
        expect(again.get_by_role("img", name="読了")).to_have_count(1)
    other = open_page("/01-a/")
    other.get_by_role("button", name="読了しました").click()
    expect(page.locator(".progress")).to_contain_text("読了 0 / 2 章")


def test_where_storage_is_blocked_a_mark_holds_for_the_page(open_page: Open) -> None:
    page = open_page("/01-a/", blocked=True)
    page.get_by_role("button", name="読了にする").click()
    expect(page.get_by_role("button", name="読了しました")).to_be_visible()
    page.get_by_role("tab", name="C").first.click()
    expect(page.get_by_text("int a;")).to_be_visible()


def test_only_chapters_can_be_marked(open_page: Open) -> None:
    for path in ("/", "/glossary/"):
        expect(open_page(path).get_by_role("button", name=re.compile("読了"))).to_have_count(0)


def test_a_wrong_address_is_told_in_japanese(open_page: Open) -> None:
    page = open_page("/404.html")
    expect(page.locator("article h1")).to_have_text("ページが見つかりません")
    expect(page).to_have_title(re.compile("ページが見つかりません"))
    expect(page.get_by_role("article").get_by_role("link", name="A", exact=True)).to_be_visible()
