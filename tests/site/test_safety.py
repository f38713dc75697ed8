"""A page shows what a chapter says, and runs nothing of it; nothing else of the host is on it."""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from entries import of, step
from playwright.sync_api import Browser, Page
from project import ROOT, Project
from serving import serving

from harness.record import Entry, Line, Reason
from pages import hooks

RUN = "document.documentElement.dataset.ran"
ATTACK = f"""---
title: "</title><script>{RUN}='title'</script>"
description: "\\"><script>{RUN}='description'</script>"
template: main.html
---

## a"><script>{RUN}='heading'</script>

見つかる語です。<img src=x onerror="{RUN}='image'"> [l](javascript:{RUN}='link')

### b"><img src=x onerror="{RUN}='anchor'">

```text:"><script>{RUN}='name'</script>
</code></pre><script>{RUN}='code'</script>
```
"""


def of_a_stranger(book: Project) -> list[Entry]:
    """What a record may say that comes from a run of what a stranger has written, or from nobody's:
    all that is a text in it is a script."""
    hostile = f"\"><script>{RUN}='record'</script></code></pre><img src=x onerror={RUN}='img'>"
    passed, failed = book.document("02-b.md").fences
    said: dict[str, Any] = {"chapter": "docs/02-b.md", "kind": "console", "title": hostile}
    said |= {"machine": hostile, "kernel": hostile, "software": {hostile: hostile}}
    typed = {"terminal": hostile, "prompt": hostile, "user": hostile, "output": hostile + "\n"}
    reason, other = Reason("output-differs", {hostile: hostile}), Reason(hostile)
    lines = (Line("missing", hostile), Line("extra", hostile))
    shown = step(hostile, **typed)
    differs = step(hostile, **typed, reason=reason, difference=lines, corrected=(hostile,))
    return [
        of(passed, **said, steps=(shown,)),
        of(failed, "failed", **said, steps=(shown, differs), reason=other, broke=3, since=3),
    ]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A book with a chapter that tries to run scripts on its readers' computers."""
    book = Project.begin(tmp_path_factory.mktemp("book"))
    book.write("docs/01-a.md", ATTACK)
    heading = f"# h1\"><script>{RUN}='h1'</script>\n\n## 見出し\n\n文です。\n"
    book.write("docs/02-b.md", f"{heading}\n```console\n$ true\n```\n\n```console:x\n$ true\n```\n")
    book.change("mkdocs.yml", "02-b.md, ", "02-b.md, verification.md, ")
    book.write("docs/verification.md", (ROOT / "docs/verification.md").read_text("utf-8"))
    book.record(*of_a_stranger(book), name="verification")
    book.record(*of_a_stranger(book), name="verification-reader")
    run = book.build()
    assert run.returncode == 0, run.stderr
    return book


@pytest.fixture(scope="module", params=["with its policy", "without it"])
def site(request: pytest.FixtureRequest, attacked: Project) -> Iterator[str]:
    """Its site, and the same without what browsers would refuse by the policy."""
    folder = attacked.root / "site"
    if request.param == "without it":
        folder = shutil.copytree(folder, attacked.root / "open")
        for page in folder.rglob("*.html"):
            text, count = re.subn(r"<meta http-equiv=[^>]*>", "", page.read_text("utf-8"))
            assert count == 1
            page.write_text(text, "utf-8")
    with serving(folder) as address:
        yield address


def test_no_script_of_a_chapter_runs_on_any_page_nor_in_the_search(
    browser: Browser, site: str
) -> None:
    page = browser.new_page()
    for path in ("/", "/01-a/", "/02-b/", "/verification/", "/404.html"):
        page.goto(site + path, wait_until="networkidle")
        for summary in page.locator("article summary, article button").all():
            summary.dispatch_event("click")  # opens what was found of a block
        assert page.evaluate(RUN) is None
    page.goto(site + "/glossary/")
    field = page.locator("[data-md-component=search-query]")
    field.focus()
    page.locator(".md-search-result__meta", has_text="入力").wait_for(state="attached")
    field.fill("見つかる語")
    field.press("End")  # Material listens to keys
    page.locator(".md-search-result__item").first.wait_for(state="attached")
    assert "script" in page.locator(".md-search-result__item").first.inner_html()
    assert page.evaluate(RUN) is None
    page.close()


def test_a_page_shows_its_title_letter_by_letter(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/01-a/")
    assert page.title().startswith(f"</title><script>{RUN}='title'</script>")
    assert f"a\"><script>{RUN}='heading'</script>" in page.locator("h2").inner_text()
    page.close()


def test_no_page_breaks_its_own_policy(browser: Browser, built: Project) -> None:
    said: list[str] = []

    def look(page: Page, address: str) -> None:
        page.goto(address, wait_until="networkidle")

    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    with serving(built.root / "site") as address:
        for file in (built.root / "site").rglob("*.html"):
            look(page, f"{address}/{file.relative_to(built.root / 'site').as_posix()}")
    page.close()
    assert not [text for text in said if "Content Security Policy" in text]
    policies = {
        re.search("http-equiv=.Content-Security-Policy[^>]*", file.read_text("utf-8"))
        for file in (built.root / "site").rglob("*.html")
    }
    assert None not in policies


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("docs/images/x.png", "/etc/passwd", "docs/images/x.png leads out of its folder"),
        ("snippets/01-a/etc", "/etc", "snippets/01-a/etc leads out of its folder"),
        ("docs/sub/x.md", "", "docs/sub/x.md:1: the site would make a page of it that nothing"),
        ("docs/x.markdown", "", "docs/x.markdown:1: the site would make a page"),
        ("snippets/01-a/x.md", "", "snippets/01-a/x.md:1: the site would make a page"),
    ],
)
def test_what_leads_out_or_is_no_chapter_ends_the_build(
    book: Project, name: str, target: str, said: str
) -> None:
    file = book.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if target:
        file.symlink_to(target)
    else:
        file.write_text("x\n")
    run = book.build()
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert not list((book.root / "site").rglob("passwd"))


def test_front_matter_that_is_too_deep_ends_the_build_in_one_sentence(book: Project) -> None:
    book.write("docs/01-a.md", f"---\na: {'[' * 3000}\n---\n")
    run = book.build()
    assert run.returncode == 1
    assert "docs/01-a.md:2: the front matter is not YAML (nested too deeply)" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("[::1]:8000", True),
        ("192.0.2.7:8000", True),
        ("rebound.example", False),
        ("127.0.0.1.example", False),
        ("[", False),
        ("", False),
    ],
)
def test_the_preview_answers_only_those_who_ask_for_this_computer(host: str, served: bool) -> None:
    assert hooks._asks_for_us(host, "192.0.2.7") == served


def test_the_preview_reloads_its_pages_and_refuses_others(built: Project, tmp_path: Path) -> None:
    class Server:
        server_address = ("127.0.0.1", 8000)
        app: Callable[..., Iterable[bytes]]

        def serve_request(self, environ: dict[str, str], start_response: object) -> list[bytes]:
            return [b"served"]

        def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
            return content.replace(b"</body>", b"<script>reload(%d)</script></body>" % epoch)

        def set_app(self, app: Callable[..., Iterable[bytes]]) -> None:
            self.app = app

    server = Server()
    hooks.on_serve(server)
    said: list[str] = []
    environ = {"HTTP_HOST": "localhost", "PATH_INFO": "/"}

    def ask(**changes: str) -> bytes:
        return b"".join(server.app(environ | changes, lambda status, _: said.append(status)))

    assert ask() == b"served"
    assert b"served" not in ask(HTTP_HOST="evil.example")
    assert b"served" not in ask(PATH_INFO="/a\0b")
    assert said == ["403 Forbidden", "404 Not Found"]
    page = (built.root / "site/index.html").read_bytes()
    reloaded = server._inject_js_into_html(page, 7)
    digest = hooks._digest(b"reload(7)").encode()
    assert digest in reloaded[: reloaded.index(b"style-src")]
    assert digest not in page
