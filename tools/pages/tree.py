"""A chapter as the ElementTree that Python-Markdown works on.

Python-Markdown's own steps after it (table of contents, MkDocs' link check, serializing) see
headings, links and images as elements. Code blocks are left to the caller.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from markdown_it.token import Token

from pages.elements import append_final
from zenn.model import Document, Fence, line_of
from zenn.predictions import Prediction, predictions
from zenn.syntax.blocks import details_title, is_alert
from zenn.syntax.comments import as_comment
from zenn.syntax.embeds import embed_address
from zenn.syntax.images import is_captioned
from zenn.syntax.links import is_shown, page_address

# Python-Markdown writes an ampersand before these as it is.
_ENTITY = re.compile(r"&(?=(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);)", re.IGNORECASE)
# Its stash marks places in the text with control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

RenderFence = Callable[[Fence], Element]
Generate = Callable[[], Element]
Figure = Callable[[str, str], str | None]  # as finished HTML, or its place in the stash


def to_tree(
    document: Document,
    page: str,
    render_fence: RenderFence,
    generated: Mapping[str, Generate],
    figure: Figure,
) -> Element:
    """Return a ``<div>`` holding the chapter; `page` is its path within docs/, for image paths.

    A comment that is a key of `generated` is replaced by what that makes, an image by the `figure`
    of its address and alternative text, if there is one.
    """
    renderer = _Renderer(page, render_fence, generated, predictions(document), figure)
    renderer.blocks(document.tokens)
    return renderer.root


def _final(text: str) -> str:
    """Make a text such that no entity and no stash mark of Python-Markdown fits it."""
    return _ENTITY.sub("&amp;", _CONTROL.sub("", text))


class _Renderer:
    """Walks the tokens of one chapter; a method for each kind that is more than its tag."""

    def __init__(
        self,
        page: str,
        render_fence: RenderFence,
        generated: Mapping[str, Generate],
        predicted: Iterable[Prediction],
        figure: Figure,
    ) -> None:
        self.root = Element("div")
        self.open = [self.root]  # the elements around what comes next
        self.page = page
        self.render_fence = render_fence
        self.generated = generated
        self.figure = figure
        self.predicted = {one.folded: one for one in predicted}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        final = {name: _final(value) for name, value in attributes.items()}
        self.open.append(SubElement(self.open[-1], tag, final))

    def end(self) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        append_final(self.open[-1], _final(text))

    def blocks(self, tokens: Iterable[Token]) -> None:
        rest = iter(tokens)
        for token in rest:
            if token.type == "paragraph_open":
                inline, *anchors = takewhile(lambda one: one.type != "paragraph_close", rest)
                self.paragraph(inline.children or [], anchors, hidden=token.hidden)
            else:
                self.token(token)

    def token(self, token: Token) -> None:
        special = getattr(self, f"on_{token.type}", None)
        if special:
            special(token)
        elif token.nesting == 1:
            self.start(token.tag or "div", _attributes(token))
        elif token.nesting == -1:
            self.end()
        elif token.children is not None:
            self.inline(token.children)
        elif token.tag:
            self.empty(token.tag, _attributes(token))
        else:
            self.data(token.content)

    def inline(self, children: Iterable[Token]) -> None:
        for child in children:
            self.token(child)

    def empty(self, tag: str, attributes: dict[str, str]) -> None:
        self.start(tag, attributes)
        self.end()

    def leaf(self, tag: str, text: str, **attributes: str) -> None:
        self.start(tag, {name.rstrip("_"): value for name, value in attributes.items()})
        self.data(text)
        self.end()

    def paragraph(self, children: list[Token], anchors: list[Token], *, hidden: bool) -> None:
        """Write a paragraph: a figure where it is a captioned image, cards between its lines."""
        if is_captioned(children):
            self.start("figure", {})
            self.token(children[0])
            self.start("figcaption", {})
            self.inline(children[3:-1])
            self.end()
            self.end()
            children = []
        parts = _parts(children)
        if anchors and parts and not _is_block(parts[-1][0]):
            parts[-1] += anchors
        elif anchors:
            parts.append(anchors)
        for part in parts:
            if part[0].type == "math_inline_display" and _is_block(part[0]):
                self.on_math_block(part[0])
            elif hidden or _is_block(part[0]):
                self.inline(part)
            else:
                self.start("p", {})
                self.inline(part)
                self.end()

    def card(self, target: str) -> None:
        shown = unquote(target.split("://", 1)[-1]).rstrip("/")
        self.start("a", {"class": "link-card", "href": target})
        self.leaf("span", shown, class_="link-card__address")
        self.leaf("span", shown.partition("/")[0], class_="link-card__host")
        self.end()

    # Blocks

    def on_fence(self, token: Token) -> None:
        self.open[-1].append(self.render_fence(token.meta["fence"]))

    on_code_block = on_fence

    def on_definition(self, token: Token) -> None:
        comment = as_comment(token)
        if comment and comment.text in self.generated:
            self.open[-1].append(self.generated[comment.text]())

    def on_embed(self, token: Token) -> None:
        address = embed_address(token.meta["kind"], token.meta["target"])
        if address:
            self.card(address)

    def on_container_message_open(self, token: Token) -> None:
        kind = "warning" if is_alert(token.info) else "note"
        self.start("div", {"class": f"admonition message {kind}", "role": "note"})

    def on_container_details_open(self, token: Token) -> None:
        """Write what is folded; the answer to a prediction openly, for scripts to hide."""
        if one := self.predicted.get(line_of(token)):
            choices = self.open[-1][-1]
            choices.set("class", "predict")
            choices.set("data-answer", str(one.answer))
            self.start("div", {"class": "predict__answer"})
            self.leaf("p", details_title(token.info), class_="predict__title")
            return
        self.start("details", {})
        self.leaf("summary", details_title(token.info))

    def on_footnote_block_open(self, token: Token) -> None:
        self.start("div", {"class": "footnote"})
        self.leaf("p", "脚注", class_="footnotes-title")
        self.start("ol", {})

    def on_footnote_block_close(self, token: Token) -> None:
        self.end()
        self.end()

    def on_footnote_open(self, token: Token) -> None:
        self.start("li", {"id": f"fn:{token.meta['id'] + 1}"})

    # Within a line

    def on_card(self, token: Token) -> None:
        self.card(token.meta["target"])

    def on_code_inline(self, token: Token) -> None:
        self.leaf("code", token.content)

    def on_math_inline(self, token: Token) -> None:
        self.leaf("span", f"\\({token.content}\\)", class_="arithmatex")

    def on_math_inline_display(self, token: Token) -> None:
        self.leaf("span", f"\\[{token.content}\\]", class_="arithmatex")

    def on_math_block(self, token: Token) -> None:
        self.leaf("div", f"\\[{token.content}\\]", class_="arithmatex")

    def on_math_block_numbered(self, token: Token) -> None:
        self.start("div", {"class": "equation"})
        self.on_math_block(token)
        self.leaf("span", f"({token.info})", class_="equation__number")
        self.end()

    def on_html_inline(self, token: Token) -> None:
        """Write a checkbox: HTML is off, so only that plugin makes such a token."""
        checked = "checked=" in token.content
        label = "完了" if checked else "未完了"
        attributes = {"type": "checkbox", "disabled": "disabled", "aria-label": label}
        self.empty("input", attributes | ({"checked": "checked"} if checked else {}))

    def on_link_open(self, token: Token) -> None:
        attributes = _attributes(token)
        address = page_address(attributes.pop("href", ""))
        if address and address.startswith(f"{self.page}#"):  # which each generator writes otherwise
            address = address.removeprefix(self.page)
        self.start("a", attributes if address is None else attributes | {"href": address})

    def on_image(self, token: Token) -> None:
        attributes = _attributes(token)
        source = attributes.get("src", "")
        if drawn := self.figure(source, _plain(token.children or [])):
            append_final(self.open[-1], drawn)
            return
        if not is_shown(source):
            source = ""
        if source.startswith("/images/"):
            source = "../" * self.page.count("/") + source[1:]
        attributes |= {"src": source, "alt": _plain(token.children or []), "loading": "lazy"}
        self.empty("img", attributes)

    def on_footnote_ref(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta.get("subId", 0)
        label = f"[{number}:{again}]" if again else f"[{number}]"
        self.start("sup", {"id": f"fnref{again or ''}:{number}"})
        self.leaf("a", label, class_="footnote-ref", href=f"#fn:{number}")
        self.end()

    def on_footnote_anchor(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta.get("subId", 0)
        place = {"href": f"#fnref{again or ''}:{number}", "title": f"脚注 {number} の本文へ戻る"}
        self.data(" ")
        self.leaf("a", "↩\ufe0e", class_="footnote-backref", **place)  # not as an emoji


def _attributes(token: Token) -> dict[str, str]:
    return {name: str(value) for name, value in token.attrs.items()}


def _plain(children: Iterable[Token]) -> str:
    return "".join(
        _plain(child.children or []) if child.children else child.content or ""
        for child in children
    )


def _parts(children: list[Token]) -> list[list[Token]]:
    """Split a paragraph at what stands on lines of its own; drop what shows nothing at all."""
    parts: list[list[Token]] = [[]]
    for child in children:
        if _is_block(child):
            parts += [[child], []]
        else:
            parts[-1].append(child)
    return [part for part in parts if not all(map(_is_blank, part))]


def _is_block(token: Token) -> bool:
    """Tell a card or a displayed formula, unless it is within emphasis."""
    return token.type in ("card", "math_inline_display") and token.level == 0


def _is_blank(token: Token) -> bool:
    return token.type in ("softbreak", "text") and not token.content.strip()
