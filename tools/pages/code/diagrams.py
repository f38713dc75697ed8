"""Mermaid's diagrams as figures, drawn when the site is built: no page loads a program for them.

They are drawn by tools/web/diagrams.mjs, one process for all of a build. Where Node or what it
takes is not installed (`make` does that), and where a kind of diagram is not known there, a diagram
stays the text that it is.
"""

import atexit
import json
import re
import select
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from pages.elements import append_final, append_text
from zenn.model import Fence, Mistake

_WEB = Path(__file__).parents[2] / "web"
_PACKAGES = ("beautiful-mermaid", "@hpcc-js/wasm-graphviz")
_SECONDS = 60.0  # for one diagram, which takes hundredths of one where nothing else runs
_CHARACTERS = 20_000
_SVG = "http://www.w3.org/2000/svg"
_NAMED = re.compile(r"(url\(#[\w-]+)\)")
_HARMLESS = {
    *("svg", "g", "defs", "marker", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("path", "text", "tspan"),
}


class DrawingError(Exception):
    """Why a diagram can't be drawn, in a sentence."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram as elements of SVG, for wide screens and, where that differs, for narrow ones; none
    of a kind that is not known. And in words."""

    pictures: tuple[str, ...]
    words: str


def append_diagram(block: Element, fence: Fence, md: Markdown | None) -> None:
    """Append the figure of a ```mermaid fence, or its text, as for no `md`. Raises Mistake."""
    try:
        drawing = draw(fence.text) if md and _can_draw() else None
    except DrawingError as error:
        raise Mistake(fence.line, f"the diagram can't be drawn: {error}") from error
    if not (md and drawing and drawing.pictures):
        append_text(SubElement(block, "pre", {"class": "diagram"}), fence.text)
        return
    figure = SubElement(block, "figure", {"class": "diagram", "data-search-exclude": ""})
    for screen, picture in zip(("wide", "narrow"), drawing.pictures, strict=False):
        html = _placed(picture, f"{screen}-{fence.line}", f"図：{drawing.words}")
        append_final(figure, md.htmlStash.store(html))


def _placed(picture: str, name: str, alternative: str) -> str:
    """A picture as a part of a page: with names of its own, and what it says in words."""
    root = ElementTree.fromstring(picture)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for key, value in element.attrib.items():
            of_page = f"{value}-{name}" if key == "id" else _NAMED.sub(rf"\1-{name})", value)
            element.set(key, of_page)
    looks = f"figure diagram__{name.partition('-')[0]} {root.get('class', '')}".strip()
    root.attrib |= {"class": looks, "role": "img", "aria-label": alternative, "xmlns": _SVG}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


@cache
def _can_draw() -> bool:
    packages = (_WEB / "node_modules" / name for name in _PACKAGES)
    return shutil.which("node") is not None and all(one.is_dir() for one in packages)


@cache
def draw(source: str) -> Drawing:
    """Draw a diagram. Raises DrawingError."""
    if len(source) > _CHARACTERS:
        raise DrawingError(f"it has more than {_CHARACTERS:,} characters")
    process = _process()
    stdin, stdout = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
    stdin.write(json.dumps(source) + "\n")
    stdin.flush()
    answer = stdout.readline() if select.select([stdout], [], [], _SECONDS)[0] else ""
    if not answer:
        _process.cache_clear()
        process.kill()
        process.wait()
        raise DrawingError(f"what draws it said nothing within {_SECONDS:.0f} seconds, or ended")
    said = json.loads(answer)
    if "error" in said:
        raise DrawingError(said["error"].partition("\n")[0])
    return Drawing(tuple(map(_checked, said["drawings"])), said["says"])


@cache
def _process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["node", _WEB / "diagrams.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    atexit.register(process.kill)
    return process


def _checked(svg: str) -> str:
    """The drawing, if it is nothing but one: it becomes a part of the page."""
    for element in ElementTree.fromstring(svg).iter():
        tag = element.tag.rpartition("}")[2]
        strange = [
            name
            for name, value in element.attrib.items()
            if "href" in name or name.startswith("on") or re.search(r"url\((?!#)", value)
        ]
        if tag not in _HARMLESS or strange:
            raise DrawingError(f"its drawing has <{tag} {' '.join(strange)}>, which no page takes")
    return svg
