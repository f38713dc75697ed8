"""``@[card](https://…)`` and its kin, and the card that a URL alone on a line becomes."""

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from zenn.embeds import is_web_address

_EMBED = re.compile(r"@\[([\w-]+)\]\((.+)\)", re.ASCII)


def embeds(md: MarkdownIt) -> None:
    """Add tokens `embed` (meta: kind, target) and, among inline tokens, `card` (meta: target)."""
    md.block.ruler.before(
        "fence", "embed", _embed, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    md.core.ruler.after("replacements", "link_to_card", _cards)


def _embed(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    # As Zenn: the line must begin with @[, the embed may follow later in it, the rest is dropped.
    found = _EMBED.search(line) if line.startswith("@[") else None
    if not found:
        return False
    if not silent:
        token = state.push("embed", "div", 0)
        token.block = True
        token.map = [start, start + 1]
        token.meta = {"kind": found[1], "target": found[2]}
        state.line = start + 1
    return True


def _cards(state: StateCore) -> None:
    containers: list[str] = []
    for before, token in pairwise(state.tokens):
        if before.type in ("container_details_open", "container_message_open"):
            containers.append(before.type)
        elif before.type in ("container_details_close", "container_message_close"):
            containers.pop()
        # A message keeps its links small, and so do lists and quotations.
        if (
            token.type == "inline"
            and before.type == "paragraph_open"
            and before.level == len(containers)
            and containers[-1:] != ["container_message_open"]
        ):
            token.children = _with_cards(token.children or [])


def _with_cards(children: list[Token]) -> list[Token]:
    """Put a card in the place of each link that is alone on its line, and of the breaks beside."""
    result: list[Token] = []
    index = 0
    while index < len(children):
        token = children[index]
        if (
            token.type == "link_open"
            and token.markup == "linkify"
            and is_web_address(str(token.attrGet("href")))
            and _breaks(children, index - 1)
            and _breaks(children, index + 3)
        ):
            if result and result[-1].type != "card":
                result.pop()
            meta = {"target": str(token.attrGet("href"))}
            result.append(Token("card", "a", 0, level=token.level, meta=meta))
            index += 4
        else:
            result.append(token)
            index += 1
    return result


def _breaks(children: list[Token], index: int) -> bool:
    """Tell whether a line ends at `index`, where the paragraph's first and last do."""
    if not 0 <= index < len(children):
        return True
    return children[index].type in ("softbreak", "hardbreak")
