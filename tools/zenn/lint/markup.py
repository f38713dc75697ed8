"""Markup of other kinds of Markdown, HTML, and headings that are none: Zenn shows it as text."""

import re
from collections.abc import Iterator

from zenn.lint.prose import GAP
from zenn.lint.shelf import Caught, Draft, Rule
from zenn.syntax.embeds import KINDS, embed_address

_CONTAINER = re.compile(r"^(:{3,})[ \t]*([^\n]*)$", re.MULTILINE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_COMMENT = re.compile(r"<!--")
_INSTEAD = {
    "a": "[text](address)",
    "b": "**text**",
    "code": "`code`",
    "details": ":::details TITLE",
    "em": "*text*",
    "h1": "# heading",
    "h2": "## heading",
    "h3": "### heading",
    "hr": "---",
    "i": "*text*",
    "img": "![text](/images/name.png =250x)",
    "li": "- item",
    "ol": "1. item",
    "pre": "a fence ```",
    "s": "~~text~~",
    "strong": "**text**",
    "table": "| a | b |",
    "ul": "- item",
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
_ALIEN = (
    ("highlight", re.compile(r"==(?=[^\s=])[^\n=]*[^\s=]=="), "", "write **text**"),
    (
        "admonition",
        re.compile(r"^(?:!!!|\?\?\?\+?)[ \t]*\w[^\n]*", re.MULTILINE),
        "",
        "write :::message, or :::details TITLE, and ::: after it",
    ),
    (
        "tabs",
        re.compile(r'^===[!+]?[ \t]+"[^\n]*', re.MULTILINE),
        "",
        "Zenn has no tabs: put the blocks below each other",
    ),
    (
        "table-of-contents",
        re.compile(r"^\[(?:TOC|\[_?toc_?\])\]$", re.MULTILINE | re.IGNORECASE),
        "",
        "leave it out: both Zenn and the site show a table of contents beside the text",
    ),
    (
        "abbreviation",
        re.compile(r"^\*\[[^\]\n]+\]:", re.MULTILINE),
        "",
        "explain the word where it first comes",
    ),
    (
        "include-place",
        re.compile(r"^--8<--[^\n]*", re.MULTILINE),
        "",
        "programs are included between two lines ```",
    ),
    (
        "definition-list",
        re.compile(r"(?<=\n):[ \t]+(?=\S)"),
        "the colon",
        "write a list, - **word** — what it means",
    ),
)
# A single # may as well begin an issue's number, #!/bin/sh or #[derive].
_NO_SPACE = re.compile(r"^(?:#{2,6}|#(?![0-9!\[]))(?=[^#\s]|\u3000)", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.][A-Za-z][\w-]*[^{}\n]*\}")


def alien(draft: Draft) -> Iterator[Caught]:
    """``==x==``, ``!!! note``, tabs, ``[TOC]``, abbreviations, definition lists."""
    for part in draft.prose:
        for rule, pattern, called, instead in _ALIEN:
            for found in pattern.finditer(part.text):
                shown = called or found[0].replace(GAP, "…")
                yield (
                    part.line_of(found.start()),
                    rule,
                    f"Zenn shows {shown} as text; {instead}",
                )


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
            yield (
                part.line_of(found.start()),
                "html",
                f"Zenn shows the tag {found[0]} as text; {instead}, or put it in backticks if it "
                "is what you write about",
            )
        for found in _COMMENT.finditer(part.text):
            yield (
                part.line_of(found.start()),
                "html-comment",
                "Zenn shows this comment as text, because it doesn't end in the line it begins in; "
                "make every line of it a comment of its own, <!-- … -->",
            )


def containers(draft: Draft) -> Iterator[Caught]:
    """``:::message warning``, ``:::details`` without a title, and ``:::`` that closes nothing."""
    unknown = 0
    for part in draft.prose:
        for found in _CONTAINER.finditer(part.text):
            colons, head = found[1], found[2].strip()
            unknown += bool(head)
            # The end of a container that Zenn doesn't know is mended with its head.
            if not head and unknown:
                unknown -= 1
                continue
            yield (
                part.line_of(found.start()),
                "container-head" if head else "container-end",
                _head(colons, head) if head else _END,
            )


_END = (
    "Zenn shows this ::: as text, because it closes nothing; leave it out, or, of two containers "
    "within each other, give the outer one more colon, :::: at both ends"
)


def _head(colons: str, head: str) -> str:
    word = head.split()[0]
    if word == "message":
        instead = f"write {colons}message or {colons}message alert"
    elif word == "details":
        instead = f"write {colons}details TITLE"
    else:
        instead = f"its containers are {colons}message, {colons}message alert, {colons}details …"
    return f"Zenn shows {colons}{head} as text; {instead}"


def embeds(draft: Draft) -> Iterator[Caught]:
    """``@[unknown](x)``, and ``@[card](…)`` within a line."""
    for token in draft.document.tokens:
        if token.type != "embed":
            continue
        kind, target = token.meta["kind"], token.meta["target"]
        if embed_address(kind, target) is not None:
            continue
        known = ", ".join(sorted(KINDS))
        instead = (
            f"give it a whole address, @[{kind}](https://…)"
            if kind in KINDS
            else f"it knows {known}"
        )
        yield (
            (token.map or [0])[0] + 1,
            "embed",
            f"Zenn shows nothing of @[{kind}]({target}); {instead}",
        )
    for part in draft.prose:
        for before, link, text in zip(part.pieces, part.pieces[1:], part.pieces[2:], strict=False):
            named = text.token.content
            if (
                link.token.type == "link_open"
                and named in KINDS
                and before.token.content.endswith("@")
            ):
                yield (
                    part.line_of(link.offset),
                    "embed",
                    f"Zenn shows @[{named}](…) as @ and a link, because it begins no line; give it "
                    "a line of its own, an empty line before and after",
                )


def table_pipes(draft: Draft) -> Iterator[Caught]:
    """A ``|`` within backticks, in a table."""
    lines: set[int] = set()
    for part in draft.prose:
        if part.kind in ("td", "th") and "`" in part.text and part.line not in lines:
            lines.add(part.line)
            yield (
                part.line,
                "table-pipe",
                "Zenn ends the cell at the | within the backticks; write it \\|",
            )


def spaces(draft: Draft) -> Iterator[Caught]:
    """``##x``, and ``##　x`` with a full-width space."""
    for part in draft.prose:
        if part.kind != "paragraph":
            continue
        for found in _NO_SPACE.finditer(part.text):
            yield (
                part.line_of(found.start()),
                "heading-space",
                f"Zenn shows {found[0]} as text, not a heading; put a space (U+0020) after it",
            )


def attributes(draft: Draft) -> Iterator[Caught]:
    """``## 見出し {#id}``, of Pandoc and Python-Markdown."""
    for part in draft.prose:
        for found in _ATTRIBUTES.finditer(part.text):
            yield (
                part.line_of(found.start()),
                "attributes",
                f"Zenn shows {found[0]} as text, and makes a heading's id of its text; leave it "
                "out",
            )


RULES: tuple[Rule, ...] = (alien, html, containers, embeds, table_pipes, spaces, attributes)
