"""What is Markdown at Zenn? markdown-it as Zenn sets it up, and addresses as Zenn takes them."""

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from zenn.syntax.blocks import containers, headings
from zenn.syntax.comments import comments
from zenn.syntax.embeds import embeds
from zenn.syntax.images import images
from zenn.syntax.inline import inline_html, written
from zenn.syntax.math import math


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
