"""A figure that is drawn once and has parts: which of them is lit, a word says.

``/images/map-uts.png`` is docs/images/map.svg with what has the word ``uts`` in its ``data-part``
lit. Zenn takes no SVG, so that it is shown a picture of it, which `publish.figures` makes; a page
has the figure itself, in the colours of the page.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

from zenn.model import ChapterError

_NAME = re.compile(r"/images/([\w-]+)-([a-z0-9]+)\.png")
_SVG = "http://www.w3.org/2000/svg"


def figure_of(source: str, chapters: Path) -> tuple[Path, str] | None:
    """The SVG file and the word of an image's address, None for one that is just a picture."""
    found = _NAME.fullmatch(source)
    file = chapters / "images" / f"{found[1]}.svg" if found else None
    return (file, found[2]) if found and file and file.is_file() else None


def words_of(file: Path) -> set[str]:
    """The words for the parts of a figure."""
    parts = ElementTree.parse(file).getroot().iter()
    return {word for part in parts for word in part.get("data-part", "").split()}


def lit(file: Path, word: str, alternative: str) -> str:
    """The figure with the parts of a word lit, as an element of HTML with an alternative text.

    Raises ChapterError if it has no such part.
    """
    root = ElementTree.parse(file).getroot()
    parts = [one for one in root.iter() if word in one.get("data-part", "").split()]
    if not parts:
        names = ", ".join(sorted(words_of(file)))
        raise ChapterError(file, 1, f"the figure has no part `{word}`; it has {names}")
    for one in root.iter():
        one.attrib.pop("data-part", None)
        one.tag = one.tag.removeprefix(f"{{{_SVG}}}")
    for part in parts:
        part.set("class", "lit")
    root.attrib |= {"xmlns": _SVG, "role": "img", "aria-label": alternative}
    root.set("data-search-exclude", "")
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
