"""What the site's generator is made to do, so that a page shows a chapter and runs nothing of it.

`hooks` of mkdocs.yml. Templates of the theme write titles as they are; here they come escaped, and
a page has a Content-Security-Policy that lets only scripts of the site's own run. What the site
would publish has to lie in the book's folders, and what it makes pages of has to be chapters. The
preview answers only those who ask for this computer by its name, for any site that one visits can
ask, too, and have its own name mean 127.0.0.1 (DNS rebinding).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from pages.extension import for_the_author
from zenn.book import Book, read_book
from zenn.guard import no_links_out, strays, visible
from zenn.guard.folders import STRAY
from zenn.model import ChapterError, at
from zenn.parser import parse_front_matter, split_front_matter

# Diagrams and formulas set styles of their own; nothing else is let in from anywhere.
_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_META = '<meta http-equiv="Content-Security-Policy" content="{policy}">'
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_THEME = ("base", "palette", "content", "announce")  # partials/javascripts/*.html

_PAGE_CHARACTERS = 1 << 23

_bases: dict[
    str, str
] = {}  # of each page and template by its address: that of the site, from there
_theme: dict[str, Callable[..., str]] = {}


def on_files(files: Any, config: Any) -> Any:
    """Raise where a file leads out of the book's folders, or a page would be no chapter."""
    book = read_book(Path(config.config_file_path).parent)
    folders = (book.chapters, book.programs)
    for folder in folders:
        for why in no_links_out(folder, folders):
            raise for_the_author(ChapterError(visible(book.docs), 0, visible(why)))
    for stray in strays(book):
        raise for_the_author(ChapterError(book.shown(stray), 1, STRAY))
    for page in files.documentation_pages():
        _check_front_matter(Path(page.abs_src_path), book)
    return files


def _check_front_matter(file: Path, book: Book) -> None:
    """Before the generator reads it with a parser that YAML of a stranger breaks."""
    try:
        with at(book.shown(file)):
            parse_front_matter(split_front_matter(file.read_text("utf-8-sig", "replace"))[0])
    except ChapterError as error:
        raise for_the_author(error) from error


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Keep of the front matter what pages show: else it chooses templates, robots and icons."""
    title = page.meta.get("title")
    page.meta.clear()
    if isinstance(title, str) and title:
        page.meta["title"] = escape(title)
    return markdown


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Escape the titles that the templates, the navigation and the search index have."""
    page.title = page.meta.get("title") or escape(Markup(page.title or "").unescape())
    return html


def on_env(env: Any, **_: Any) -> Any:
    """Jinja's own turns ``&lt;script&gt;`` back into a tag."""
    env.filters["striptags"] = lambda text: escape(Markup(text).striptags())
    _theme.clear()
    for name in _THEME:
        _theme[name] = env.get_template(f"partials/javascripts/{name}.html").render
    return env


def on_page_context(context: Any, page: Any, **_: Any) -> Any:
    """Escape the addresses of headings, once the search has them for its index."""
    _bases[page.url] = str(context["base_url"])
    rest = list(page.toc)
    while rest:
        heading = rest.pop()
        heading.id = escape(heading.id)
        rest += heading.children
    return context


def on_template_context(context: Any, template_name: str, **_: Any) -> Any:
    _bases[template_name] = str(context["base_url"])
    return context


def on_post_page(output: str, page: Any, config: Any) -> str:
    if len(output) > _PAGE_CHARACTERS:
        why = f"its page has more than {_PAGE_CHARACTERS >> 20} Mi characters: divide it"
        raise for_the_author(ChapterError(Path(visible(page.file.src_uri)), 1, why))
    return _with_policy(output, _bases[page.url], config)


def on_post_template(output_content: str, template_name: str, config: Any) -> str:
    if not template_name.endswith(".html"):
        return output_content
    return _with_policy(output_content, _bases[template_name], config)


def _with_policy(html: str, base_url: str, config: Any) -> str:
    """A page with its policy before all else. Of scripts within the page it lets those run that the
    theme's own templates have, and no others, wherever they come from."""
    own = "".join(
        render(base_url=base_url, config=config, features=[]) for render in _theme.values()
    )
    scripts = "".join(f" '{_digest(script.encode())}'" for script in _INLINE.findall(own))
    meta = _META.format(policy=_POLICY.format(scripts=scripts))
    return html.replace("<head>", f"<head>{meta}", 1)


def _digest(script: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}"


def on_serve(server: Any, **_: Any) -> Any:
    """The preview, for those who ask for this computer, and with its script that reloads a page."""
    serve = server.serve_request
    inject = server._inject_js_into_html

    def only_ours(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _asks_for_us(environ.get("HTTP_HOST", ""), server.server_address[0]):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"this preview is for the computer that it runs on\n"]
        if "\0" in environ["PATH_INFO"]:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"404 Not Found\n"]
        answer: Iterable[bytes] = serve(environ, start_response)
        return answer

    def with_reload(content: bytes, epoch: int) -> bytes:
        page: bytes = inject(content, epoch)
        script = page[page.rindex(b"<script>") + 8 : page.rindex(b"</script>")]
        allowed = f"script-src 'self' '{_digest(script)}'".encode()
        return page.replace(b"script-src 'self'", allowed, 1)

    server._inject_js_into_html = with_reload
    server.set_app(only_ours)
    return server


def _asks_for_us(host: str, address: str) -> bool:
    """Whether a request's Host is a name that no other site can have."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name in {"localhost", "127.0.0.1", "::1", address}
