"""Markup of other kinds of Markdown, HTML, and headings that are none: Zenn shows it as text."""

import re
from collections.abc import Iterator

from zenn.guard import HIDDEN
from zenn.lint.prose import GAP
from zenn.lint.shelf import Caught, Draft
from zenn.model import line_of
from zenn.syntax.embeds import KINDS, embed_address

_CONTAINER = re.compile(r"^(:{3,})[ \t]*([^\n]*)$", re.MULTILINE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_INSTEAD = {
    **dict.fromkeys(("b", "strong"), "**text**"),
    **dict.fromkeys(("em", "i"), "*text*"),
    **dict.fromkeys(("li", "ul"), "- item"),
    **{"h1": "# heading", "h2": "## heading", "h3": "### heading"},
    "a": "[text](address)",
    "code": "`code`",
    "details": ":::details TITLE",
    "hr": "---",
    "img": "![text](/images/name.png =250x)",
    "ol": "1. item",
    "pre": "a fence ```",
    "s": "~~text~~",
    "table": "| a | b |",
}
# Placeholders like <PID> are text, and are shown as their author means them.
_ELEMENTS = frozenset(
    {
        *_INSTEAD,
        *("abbr", "article", "aside", "audio", "blockquote", "br", "button", "caption", "center"),
        *("cite", "col", "dd", "del", "dfn", "div", "dl", "dt", "embed", "figcaption", "figure"),
        *("font", "footer", "form", "h4", "h5", "h6", "header", "iframe", "input", "ins", "kbd"),
        *("label", "link", "main", "mark", "math", "nav", "object", "option", "p", "picture", "q"),
        *("rp", "rt", "ruby", "samp", "script", "section", "select", "small", "source", "span"),
        *("style", "sub", "summary", "sup", "svg", "tbody", "td", "textarea", "tfoot", "th"),
        *("thead", "tr", "tt", "u", "var", "video", "wbr"),
    }
)
# What Zenn shows as text, by rule: what it looks like, and what to do instead.
_ALIEN = {
    "highlight": (r"==(?=[^\s=])[^\n=]*[^\s=]==", "write **text**"),
    "admonition": (
        r"^(?:!!!|\?\?\?\+?)[ \t]*\w[^\n]*",
        "write :::message, or :::details TITLE, and ::: after it",
    ),
    "tabs": (r'^===[!+]?[ \t]+"[^\n]*', "Zenn has no tabs: put the blocks below each other"),
    "table-of-contents": (
        r"^\[(?:(?i:TOC)|\[_?(?i:toc)_?\])\]$",
        "leave it out: both Zenn and the site show a table of contents beside the text",
    ),
    "abbreviation": (r"^\*\[[^\]\n]+\]:", "explain the word where it first comes"),
    "include-place": (r"^--8<--[^\n]*", "programs are included between two lines ```"),
    "definition-list": (r"(?<=\n):[ \t]+(?=\S)", "write a list, - **word** — what it means"),
}
# A single # may as well begin an issue's number, #!/bin/sh or #[derive].
_NO_SPACE = re.compile(r"^(?:#{2,6}|#(?![0-9!\[]))(?=[^#\s]|\u3000)", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.][A-Za-z][\w-]*[^{}\n]*\}")


def alien(draft: Draft) -> Iterator[Caught]:
    """``==x==``, ``!!! note``, tabs, ``[TOC]``, abbreviations, definition lists."""
    for rule, (pattern, instead) in _ALIEN.items():
        for line, found in draft.matches(re.compile(pattern, re.MULTILINE)):
            shown = "the colon" if rule == "definition-list" else found[0].replace(GAP, "…")
            yield line, rule, f"Zenn shows {shown} as text; {instead}"


def hidden(draft: Draft) -> Iterator[Caught]:
    """Characters that nobody sees, and those that turn the order of others around."""
    for number, line in enumerate(draft.document.text.split("\n"), 1):
        if found := HIDDEN.search(line):
            why = f"U+{ord(found[0]):04X} stands here, which nobody sees; leave it out"
            yield number, "hidden", why


def html(draft: Draft) -> Iterator[Caught]:
    """``<b>``: but for ``<br>`` and comments within a line, Zenn escapes HTML."""
    for part in draft.prose:
        reported: set[str] = set()
        for found in _TAG.finditer(part.text):
            name = found[2].lower()
            if name not in _ELEMENTS or name in reported:
                continue
            reported.add(name)
            instead = f"write {_INSTEAD[name]}" if name in _INSTEAD else "leave it out"
            instead += ", or put it in backticks if it is what you write about"
            why = f"Zenn shows the tag {found[0]} as text; {instead}"
            yield part.line_of(found.start()), "html", why


def html_comments(draft: Draft) -> Iterator[Caught]:
    """``<!-- a`` without its end in the same line."""
    why = (
        "Zenn shows this comment as text, because it doesn't end in the line it begins in; make "
        "every line of it a comment of its own, <!-- … -->"
    )
    for line, _ in draft.matches(re.compile("<!--")):
        yield line, "html-comment", why


def containers(draft: Draft) -> Iterator[Caught]:
    """``:::message warning``, ``:::details`` without a title, and ``:::`` that closes nothing."""
    unknown = 0
    for line, found in draft.matches(_CONTAINER):
        colons, head = found[1], found[2].strip()
        unknown += bool(head)
        if head:
            yield line, "container-head", _head(colons, head)
        elif unknown:  # the end of a container that Zenn doesn't know is mended with its head
            unknown -= 1
        else:
            yield line, "container-end", _END


_END = (
    "Zenn shows this ::: as text, because it closes nothing; leave it out, or, of two containers "
    "within each other, give the outer one more colon, :::: at both ends"
)


def _head(colons: str, head: str) -> str:
    instead = {
        "message": f"write {colons}message or {colons}message alert",
        "details": f"write {colons}details TITLE",
    }
    known = f"its containers are {colons}message, {colons}message alert, {colons}details …"
    return f"Zenn shows {colons}{head} as text; {instead.get(head.split()[0], known)}"


def embeds(draft: Draft) -> Iterator[Caught]:
    """``@[unknown](x)``, and ``@[card](…)`` within a line."""
    for token in draft.document.tokens:
        if token.type == "embed" and embed_address(**token.meta) is None:
            kind, target = token.meta["kind"], token.meta["target"]
            whole = f"give it a whole address, @[{kind}](https://…)"
            instead = whole if kind in KINDS else f"it knows {', '.join(sorted(KINDS))}"
            why = f"Zenn shows nothing of @[{kind}]({target}); {instead}"
            yield line_of(token), "embed", why
    for part in draft.prose:
        for before, link, text in zip(part.pieces, part.pieces[1:], part.pieces[2:], strict=False):
            named = text.token.content
            is_link = link.token.type == "link_open" and before.token.content.endswith("@")
            if is_link and named in KINDS:
                why = f"Zenn shows @[{named}](…) as @ and a link, because it begins no line"
                instead = "give it a line of its own, an empty line before and after"
                yield part.line_of(link.offset), "embed", f"{why}; {instead}"


def table_pipes(draft: Draft) -> Iterator[Caught]:
    """A ``|`` within backticks, in a table."""
    lines: set[int] = set()
    for part in draft.prose:
        if part.kind in ("td", "th") and "`" in part.text and part.line not in lines:
            lines.add(part.line)
            why = "Zenn ends the cell at the | within the backticks; write it \\|"
            yield part.line, "table-pipe", why


def spaces(draft: Draft) -> Iterator[Caught]:
    """``##x``, and ``##　x`` with a full-width space."""
    for part in draft.prose:
        for found in _NO_SPACE.finditer(part.text) if part.kind == "paragraph" else ():
            why = f"Zenn shows {found[0]} as text, not a heading; put a space (U+0020) after it"
            yield part.line_of(found.start()), "heading-space", why


def attributes(draft: Draft) -> Iterator[Caught]:
    """``## 見出し {#id}``, of Pandoc and Python-Markdown."""
    for line, found in draft.matches(_ATTRIBUTES):
        why = f"Zenn shows {found[0]} as text, and makes a heading's id of its text; leave it out"
        yield line, "attributes", why


RULES = (alien, hidden, html, html_comments, containers, embeds, table_pipes, spaces, attributes)
