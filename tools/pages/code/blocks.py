"""A code block of the site: what it is called, coloured code, and the badge below it."""

import base64
import re
from dataclasses import dataclass
from datetime import tzinfo
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString
from pygments.lexer import Lexer
from pymdownx.highlight import Highlight

from pages.code.diagrams import append_diagram
from pages.code.lexers import ConsoleLexer, DiffLexer, mark_lines
from pages.elements import append_final, text_element
from pages.verified.badge import badge_element
from pages.verified.badges import Badge, Usual
from zenn.console import PLAIN, Manner, commands
from zenn.fences import Appearance, appearance, kernel_of
from zenn.model import Comment, Fence

_PUBLISHED = "programs"  # docs/programs is snippets/: a link, so that the site has the files

# Whitespace, names, operators and punctuation are plain text here, and the calmer for it; their
# elements would be a tenth of a page.
_UNCOLOURED = re.compile(r'<span class="(?:w|n|o|p)">([^<]*)</span>')


# A line that one types wraps on a phone, with its further lines set in.
_TYPED = re.compile(r'(?:(?<=\n)|(?<=<code>))<span class="gp[^\n]*(?=\n)')


class _Highlight(Highlight):  # type: ignore[misc]
    """pymdownx.highlight, with our own lexers: console as the harness reads it, ``diff js``."""

    manner = PLAIN  # of the console block

    def get_lexer(self, src: str, language: str, inline: bool, stripnl: bool) -> tuple[Lexer, str]:
        if language == "console":
            return ConsoleLexer(self.manner, stripnl=stripnl), language
        code = language.removeprefix("diff ")
        lexer, name = super().get_lexer(src, code, inline, stripnl)
        return (lexer if code == language else DiffLexer(lexer, stripnl=stripnl)), name


# What a reader is told where the machine is another from here on, or will be.
NEW = "ここからは、新しいマシンで進めます。"
LEAVES = "この節のあとでマシンを作り直します: {why}"


@dataclass(frozen=True, slots=True)
class Page:
    """The page that blocks are made for: `name` is its path within docs, `zone` that of its times,
    `usual` where most of its blocks ran, `source` the address of a program in the repository with
    ``{path}`` for its path below snippets, empty where there is none, `draws` whether diagrams
    become figures.
    """

    name: str
    md: Markdown
    zone: tzinfo
    usual: Usual
    source: str
    draws: bool


def block_element(fence: Fence, badge: Badge, page: Page) -> Element:
    """Return ``<div class="block" data-block="02-uts.md:41">``: the code, then its badge.

    A test reconciles the ``data-block`` with the harness's list. What precedes the code is in
    ``block.text`` where it is a string, since Python-Markdown keeps finished HTML in a stash.
    """
    place = f"{page.name}:{fence.line}"
    block = Element("div", {"class": "block", "data-block": place, "id": f"block-{fence.line}"})
    if fence.kind != "shown" and "new" in fence.words and not kernel_of(fence):
        text_element(block, "p", NEW, {"class": "block__machine", "role": "note"})
    if fence.language == "mermaid":
        append_diagram(block, fence, page.md if page.draws else None)
    else:
        code = page.md.htmlStash.store(_code(fence, appearance(fence), page.md))
        if fence.title:
            block.append(_head(fence, page))
            block[-1].tail = AtomicString(code)
        else:
            append_final(block, code)
        if fence.kind == "console" and not commands(fence.text, Manner.of(fence.words)):
            block.set("class", "block no-copy")  # Material's: there is nothing to type
    described = badge_element(badge, page.zone, page.usual, fence.line)
    if described is not None:
        block.append(described)
    for why in filter(None, map(_leaves, fence.comments)):
        text_element(
            block, "p", LEAVES.format(why=why), {"class": "block__machine", "role": "note"}
        )
    return block


def _leaves(comment: Comment) -> str | None:
    """Why something stays in the machine, of a comment that says so (see `plan.settings`)."""
    found = re.fullmatch(r"\s*leaves\s*[:：]\s*(.+)", comment.text, re.DOTALL)
    return found[1].strip() if found else None


def _head(fence: Fence, page: Page) -> Element:
    """What stands above the code: the title; of a program with links to its file."""
    head = Element("div", {"class": "block__head"})
    title = {"class": "block__title"}
    if fence.kind == "program" and fence.source:
        file = f"{'../' * page.name.count('/')}{_PUBLISHED}/{fence.source}"
        address = page.source.replace("{path}", fence.source) or file
        text_element(head, "a", fence.title, title | {"href": address})
    else:
        text_element(head, "span", fence.title, title)
        if fence.kind != "program":
            return head
        whole = base64.b64encode(fence.whole.encode("utf-8", "surrogatepass")).decode()
        file = f"data:text/plain;charset=utf-8;base64,{whole}"
    download = {"class": "block__download", "href": file, "download": Path(fence.title).name}
    # Out of the search index, like the badge: it is in every chapter.
    label = {"aria-label": f"ダウンロード: {fence.title}", "data-search-exclude": ""}
    text_element(head, "a", "ダウンロード", download | label)
    return head


def _code(fence: Fence, looks: Appearance, md: Markdown) -> str:
    is_diff = fence.language == "diff"
    manner = Manner.of(fence.words)
    typed = commands(fence.text, manner) if fence.kind == "console" else ""
    language = "console" if fence.kind == "console" else fence.language
    if is_diff:
        language = " ".join(["diff", *fence.words[:1]])
    highlight = _Highlight(md, use_pygments=True, stripnl=False, linenums_style="pymdownx-inline")
    highlight.manner = manner
    code = highlight.highlight(
        fence.text or "\n",
        language,
        hl_lines=list(looks.highlighted),
        linestart=1 if looks.numbered else -1,
        # What the copy button takes of a console: what one types, and only that.
        **({"attrs": {"data-copy": escape(typed)}} if typed else {}),
    )
    # Python-Markdown marks its stash with these.
    plain = str(code).replace("\x02", "").replace("\x03", "")
    plain = _UNCOLOURED.sub(r"\1", plain)
    plain = _TYPED.sub(r'<span class="typed">\g<0></span>', plain)
    return mark_lines(plain) if is_diff else plain
