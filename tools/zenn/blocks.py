"""A code block of the site: caption, coloured code, and the badge below it."""

from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import AtomicString
from pygments.lexer import Lexer
from pymdownx.highlight import Highlight

from zenn.badgehtml import badge_element
from zenn.badges import Badge
from zenn.console import commands
from zenn.consolelexer import ConsoleLexer
from zenn.difflexer import DiffLexer, mark_lines
from zenn.model import Fence


class _Highlight(Highlight):  # type: ignore[misc]
    """pymdownx.highlight, with our own lexers: console as the harness reads it, ``diff js``."""

    def get_lexer(self, src: str, language: str, inline: bool, stripnl: bool) -> tuple[Lexer, str]:
        if language == "console":
            return ConsoleLexer(stripnl=stripnl), language
        code = language.removeprefix("diff ")
        lexer, name = super().get_lexer(src, code, inline, stripnl)
        return (lexer if code == language else DiffLexer(lexer, stripnl=stripnl)), name


def block_element(fence: Fence, badge: Badge, place: str, md: Markdown) -> Element:
    """Return ``<div class="block" data-block="02-uts.md:41">``: the code, then its badge.

    `place` is the value of ``data-block``; a test reconciles these with the harness's list.
    """
    block = Element("div", {"class": "block", "data-block": place})
    if fence.language == "mermaid":
        diagram = SubElement(block, "pre", {"class": "diagram"})
        diagram.text = AtomicString(escape(fence.text, quote=False))
    else:
        block.text = AtomicString(md.htmlStash.store(_code(fence, md)))
    described = badge_element(badge)
    if described is not None:
        block.append(described)
    return block


def _code(fence: Fence, md: Markdown) -> str:
    is_diff = fence.language == "diff"
    language = " ".join(["diff", *fence.words[:1]]) if is_diff else fence.language
    code = _Highlight(md, use_pygments=True, stripnl=False).highlight(
        fence.text or "\n", language, title=fence.title or None, **_options(fence)
    )
    # Python-Markdown marks its stash with these.
    plain = str(code).replace("\x02", "").replace("\x03", "")
    return mark_lines(plain) if is_diff else plain


def _options(fence: Fence) -> dict[str, Any]:
    """Classes say the language to the style sheet; `data-copy` is what the copy button takes."""
    typed = commands(fence.text) if fence.language == "console" else ""
    return {"attrs": {"data-copy": escape(typed)}} if typed else {}
