"""What a page shows, as lines of text: the same lines for Zenn's HTML as for ours.

::

    h2 #はじめに | はじめに
    p | 本文<br><a 01-uts>UTS</a><note 1>[1]</note>
    ul
      li | 項目
    code hello.py
      | print(1)
    notes
      li 1
        p | 注<back 1>↩︎</back>

Only what a reader can tell apart counts: neither tags nor classes, but kinds of blocks, their
nesting, texts and addresses. What each of the two dialects calls them is said once, in `_KINDS`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

from page import Node, classes, find_class, nodes, text_of

from zenn.export.figure import figure_of, lit

_CHAPTERS = Path(__file__).parents[3] / "docs"

_INLINE = frozenset(
    {"a", "br", "code", "em", "embed-katex", "img", "input", "s", "span", "strong", "sup", "svg"}
)
_GROUPS = frozenset({"terminals", "tabs", "tabs__panel"})  # of blocks that the text has in a row
_SPACE = re.compile(r"[ \t\n]+")


def outline(page: Element) -> list[str]:
    """Return the lines of a page, Zenn's or ours."""
    return _flow(nodes(page))


def _flow(content: Iterable[Node]) -> list[str]:
    """Describe blocks; a text between them is a paragraph, whether or not its tag says so."""
    return _paragraphs(_blocks(content))


def _item(content: Iterable[Node]) -> list[str]:
    """Describe what a list item holds: paragraphs, or a text without."""
    lines = _blocks(content)
    return _paragraphs(lines) if any(line.startswith("p |") for line in lines) else lines


def _paragraphs(lines: list[str]) -> list[str]:
    return [f"p {line}" if line.startswith("| ") else line for line in lines]


def _blocks(content: Iterable[Node]) -> list[str]:
    """Describe a mixture: each run of text on a line of its own, each block with its lines."""
    lines: list[str] = []
    run: list[Node] = []
    for node in content:
        if isinstance(node, Element) and _is_block(node):
            lines += _run(run) + _block(node)
            run = []
        elif not (isinstance(node, Element) and _is_hidden(node)):
            run.append(node)
    return lines + _run(run)


def _run(run: list[Node]) -> list[str]:
    match [node for node in run if not isinstance(node, str) or node.strip()]:
        case [Element(tag="img") as image, Element(tag="br"), Element(tag="em") as caption]:
            # Zenn makes a caption of it by style alone.
            return [f"figure {_inline([image])} | {_inline(nodes(caption))}"]
    text = _inline(run)
    return [f"| {text}"] if text.replace("<br>", "") else []


def _block(element: Element) -> list[str]:
    kind = classes(element)
    match element.tag:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            identity = element.get("id", "")
            if "code-line" in kind:  # Zenn encodes its ids as addresses are encoded
                identity = unquote(identity)
            name = f"{element.tag} #{identity}" if identity else element.tag
            return [f"{name} | {_inline(nodes(element))}"]
        case "p":
            return _flow(nodes(element))
        case "hr":
            return ["hr"]
        case "ul" | "ol":
            start = element.get("start", "1")
            return _nested(element.tag if start == "1" else f"ol {start}", element)
        case "li":
            return _joined("li", _item(nodes(element)))
        case "blockquote":
            return _nested("quote", element)
        case "table":
            rows = [_row(row) for row in element.iter("tr")]
            return ["table", *(f"  {cell}" for row in rows for cell in row)]
        case "details":
            summary = element.find("summary")
            assert summary is not None
            content = find_class(element, "details-content")
            inner = nodes(element) if content is None else nodes(content)
            rest = [node for node in inner if node is not summary]
            return [f"details | {text_of(summary).strip()}", *_indented(_flow(rest))]
        case "figure":
            image, caption = element
            return [f"figure {_inline([image])} | {_inline(nodes(caption))}"]
        case "pre" if "diagram" in kind:
            return ["diagram", *_quoted(text_of(element).strip())]
        case "pre":
            return ["code", *_code(element)]
    if kind & {"msg", "message"}:
        name = "alert" if kind & {"alert", "warning"} else "message"
        content = find_class(element, "msg-content")
        return _nested(name, element if content is None else content)
    if kind & {"code-block-container", "highlight"}:
        file = find_class(element, "code-block-filename")
        pre = element.find("pre")
        assert pre is not None
        title = "" if file is None else text_of(file).strip()
        return [f"code {title}".strip(), *_code(pre)]
    if kind & _GROUPS:
        return _blocks(nodes(element))
    if kind & {"zenn-katex", "arithmatex", "equation"}:
        return _math_block(element)
    if kind & {"footnotes", "footnote"}:
        return _notes(element)
    if "embed-block" in kind:
        return _embed(element)
    if "link-card" in kind:
        return [_card(element.get("href", ""))]
    if "verification" in kind:
        return []
    if "predict__answer" in kind:  # which the site folds by a script
        answer = [node for node in nodes(element) if node is not element[0]]
        return [f"details | {text_of(element[0]).strip()}", *_indented(_flow(answer))]
    assert "block" in kind, f"a block of no kind known here: <{element.tag} class={kind}>"
    return _site_block(element)


def _site_block(element: Element) -> list[str]:
    """Describe a block of the site: its title stands in a head of its own, its badge below.

    What is said of its machine is said by the site alone.
    """
    added = {"block__head", "block__machine", "badge"}
    shown = [node for node in nodes(element) if isinstance(node, str) or not classes(node) & added]
    file = find_class(element, "block__title")
    kind, *lines = _blocks(shown) or [""]
    title = "" if file is None else text_of(file).strip()
    return [f"{kind} {title}".strip(), *lines] if kind else []


def _row(row: Element) -> list[str]:
    cells = []
    for cell in row:
        style = cell.get("style", "").replace("text-align:", " ").strip()
        cells.append(f"  {cell.tag}{' ' if style else ''}{style} | {_inline(nodes(cell))}")
    return ["tr", *cells]


def _code(pre: Element) -> list[str]:
    """Quote the code; a ``+`` or ``-`` before the bar marks a line as added or removed."""
    lines = re.sub(r"\n\Z", "", text_of(pre)).split("\n")
    marks = dict.fromkeys(range(len(lines)), "")
    before = ""
    for piece, kind in _pieces(pre):
        if kind:
            marks[before.count("\n")] = kind
        before += piece
    return [f"  {marks[number]}| {line}".rstrip() for number, line in enumerate(lines)]


def _pieces(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the texts of `element`, each with the mark of the line that begins with it."""
    mark = "+" if classes(element) & {"add", "diff__added"} else ""
    mark = "-" if classes(element) & {"remove", "diff__removed"} else mark
    if mark:
        yield "", mark
    for node in nodes(element):
        if isinstance(node, str):
            yield node, ""
        else:
            yield from _pieces(node)


def _math_block(element: Element) -> list[str]:
    number = element.find("span")
    label = "" if number is None else f" {text_of(number)}"
    formula = element if number is None else element[0]
    return [f"math{label}", *_quoted(_formula(formula))]


def _formula(element: Element) -> str:
    return re.sub(r"\A\\[(\[]|\\[)\]]\Z", "", text_of(element).strip()).strip()


def _embed(element: Element) -> list[str]:
    (frame,) = element
    kind = next(name for name in classes(element) - {"zenn-embedded"} if name != "embed-block")
    kind = kind.rpartition("-")[2]
    target = unquote(frame.get("data-content") or frame.attrib["src"])
    if kind == "mermaid":
        return ["diagram", *_quoted(target)]
    return [_card(target) if kind == "card" else f"embed {kind} {target}"]


def _card(target: str) -> str:
    return f"card {unquote(target)}"


def _notes(element: Element) -> list[str]:
    entries = element.find("ol")
    title = find_class(element, "footnotes-title")
    assert entries is not None
    assert title is not None
    lines = [f"notes | {text_of(title)}"]
    for entry in entries:
        number = _number(entry.get("id", ""))
        lines += _indented(_joined(f"li {number}", _item(nodes(entry))))
    return lines


def _inline(content: Iterable[Node]) -> str:
    """Return a line of text, its elements in angle brackets and those of the text doubled."""
    text = _SPACE.sub(" ", _inline_raw(content))
    return re.sub(r" *(<br>|<card [^>]*>) *", r"\1", text).strip()


def _inline_element(element: Element) -> str:
    if _is_hidden(element):
        return ""
    inner = _inline_raw(nodes(element))
    kind = classes(element)
    match element.tag:
        case "br":
            return "<br>"
        case "img":
            return _image(element)
        case "svg":
            return _figure(element, element.get("aria-label", ""))
        case "input":
            return "[x]" if element.get("checked") is not None else "[ ]"
        case "embed-katex":
            return f"<math>{_formula(element)}</math>"
        case "section":
            return f"<math display>{_formula(element)}</math>"
        case "span" if "arithmatex" in kind:
            display = " display" if text_of(element).startswith("\\[") else ""
            return f"<math{display}>{_formula(element)}</math>"
        case "a" if "footnote-backref" in kind:
            return f"<back {_note(element)}>{inner}</back>"
        case "sup":
            return f"<note {_note(element[0])}>{text_of(element)}</note>"
        case "a" if kind & {"term", "man"}:
            return inner  # which the site makes of the text's words
        case "a" if "link-card" not in kind:
            title = f' "{element.get("title")}"' if element.get("title") else ""
            return f"<a {_address(element.get('href', ''))}{title}>{inner}</a>"
    if kind & {"embed-block", "link-card"}:
        return f"<{_block(element)[0]}>"
    return f"<{element.tag}>{inner}</{element.tag}>"


def _inline_raw(content: Iterable[Node]) -> str:
    return "".join(
        node.replace("<", "<<") if isinstance(node, str) else _inline_element(node)
        for node in content
    )


def _image(element: Element) -> str:
    source = re.sub(r"\A(?:\.\./)*images/", "/images/", element.get("src", ""))
    if figure := figure_of(source, _CHAPTERS):
        alternative = element.get("alt", "")
        return _figure(fromstring(lit(*figure, alternative)), alternative)
    extra = [f"{name}={element.get(name)}" for name in ("width", "height") if element.get(name)]
    if element.get("title"):
        extra.append(f'"{element.get("title")}"')
    return f"<{' '.join(['img', source, *extra])} | {element.get('alt')}>"


def _figure(drawn: Element, alternative: str) -> str:
    """Describe a figure by the parts that are lit; Zenn has a picture of it."""
    parts = [text_of(part) for part in drawn.iter() if "lit" in classes(part)]
    return f"<figure {' '.join(parts)} | {alternative}>"


def _note(link: Element) -> str:
    return _number(link.get("href", "").removeprefix("#"))


def _number(identity: str) -> str:
    """Read ``fn-7f02-3`` or ``fn:3``, and ``fnref-7f02-3:1`` or ``fnref1:3``, as 3 and 3:1."""
    zenn = re.fullmatch(r"fn(?:ref)?-[0-9a-f]+-(\d+(?::\d+)?)", identity)
    if zenn:
        return zenn[1]
    site = re.fullmatch(r"fn(?:ref)?(\d*):(\d+)", identity)
    assert site, identity
    return site[2] + (f":{site[1]}" if site[1] else "")


def _address(href: str) -> str:
    """Return an address as it is meant: a link to a chapter leads to a file on the site."""
    target, mark, fragment = href.partition("#")
    chapter = re.fullmatch(r"([\w-]+)\.md(\?.*)?", target, re.ASCII)
    if chapter:
        target = chapter[1] + (chapter[2] or "")
    return target + mark + unquote(fragment)


def _is_block(element: Element) -> bool:
    return element.tag not in _INLINE or bool(classes(element) & {"embed-block", "link-card"})


def _is_hidden(element: Element) -> bool:
    style = element.get("style", "").replace(" ", "")
    return "display:none" in style or bool(classes(element) & {"header-anchor-link", "headerlink"})


def _nested(name: str, element: Element) -> list[str]:
    return [name, *_indented(_flow(nodes(element)))]


def _joined(name: str, lines: list[str]) -> list[str]:
    """Put a block that is one line of text on the line of its name."""
    if len(lines) == 1 and lines[0].startswith("| "):
        return [f"{name} {lines[0]}"]
    return [name, *_indented(lines)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _quoted(text: str) -> list[str]:
    return [f"  | {line}".rstrip() for line in text.split("\n")]
