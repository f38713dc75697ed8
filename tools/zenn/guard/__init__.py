"""What may a stranger's text cost us, say to a terminal, and reach of our files?"""

from zenn.guard.bounds import bounded, read_text
from zenn.guard.folders import leads_out, no_links_out, strays
from zenn.guard.visible import HIDDEN, visible, visible_lines

__all__ = [
    "HIDDEN",
    "bounded",
    "leads_out",
    "no_links_out",
    "read_text",
    "strays",
    "visible",
    "visible_lines",
]
