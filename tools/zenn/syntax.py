"""markdown-it as Zenn sets it up."""

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from zenn.rules.comments import comments
from zenn.rules.containers import containers
from zenn.rules.embeds import embeds
from zenn.rules.headings import headings
from zenn.rules.images import images
from zenn.rules.inline import inline_html
from zenn.rules.math import math
from zenn.rules.written import written


def zenn_markdown() -> MarkdownIt:
    """Return a parser with Zenn's rules: a line break is a break, URLs are links, HTML is text."""
    md = MarkdownIt("js-default", {"breaks": True, "linkify": True})
    assert md.linkify is not None
    md.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    # In Zenn's order: where two rules fit, the first one wins.
    for plugin in (inline_html, math, footnote_plugin, images, embeds, tasklists_plugin):
        md.use(plugin)
    for plugin in (containers, comments, headings, written):
        md.use(plugin)
    return md
