"""``:::message``, ``:::message alert``, ``:::details Title``, closed by as many colons or more."""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin

_MESSAGE = re.compile(r"message\s*(alert)?")
_DETAILS = re.compile(r"details\s+(.*)")


def containers(md: MarkdownIt) -> None:
    """Add both containers. Zenn leaves ``:::message warning`` a text, and so does this."""
    container_plugin(md, "details", validate=lambda params, _: bool(_DETAILS.match(params.strip())))
    container_plugin(
        md, "message", validate=lambda params, _: bool(_MESSAGE.fullmatch(params.strip()))
    )


def is_alert(info: str) -> bool:
    """Tell ``:::message alert`` from ``:::message``; `info` is what follows the colons."""
    return info.strip().endswith("alert")


def details_title(info: str) -> str:
    """Return the summary of ``:::details Title``; Zenn shows it as plain text."""
    found = _DETAILS.match(info.strip())
    return found[1] if found else ""
