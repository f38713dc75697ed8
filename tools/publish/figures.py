"""Pictures of the parts of figures, for Zenn, which takes no SVG: ``python -m publish.figures``."""

import hashlib
import struct
import zlib
from pathlib import Path

from playwright.sync_api import ViewportSize

from publish.articles import browser
from zenn.book import read_book
from zenn.export.figure import lit, words_of

_WIDTH, _SCALE = 480, 2  # CSS pixels, and pixels for each
_MADE_OF = b"tEXtMade of\0"  # the text chunk of a picture that says of what it was made


def digest(file: Path, word: str) -> str:
    """Of what a picture is made of."""
    return hashlib.sha256(lit(file, word, "").encode()).hexdigest()


def made_of(picture: bytes) -> str:
    """The digest that a picture was given when it was made; empty if none."""
    _, key, rest = picture.partition(_MADE_OF)
    return rest[:64].decode() if key else ""


def main() -> None:
    """Make those pictures of the book that are not of the figure as it is."""
    images = read_book(Path()).chapters / "images"
    todo = [
        (file, word, picture)
        for file in sorted(images.glob("*.svg"))
        for word in sorted(words_of(file))
        for picture in [images / f"{file.stem}-{word}.png"]
        if not picture.is_file() or made_of(picture.read_bytes()) != digest(file, word)
    ]
    if not todo:
        return
    with browser() as chromium:
        size: ViewportSize = {"width": _WIDTH, "height": _WIDTH}
        page = chromium.new_page(viewport=size, device_scale_factor=_SCALE)
        for file, word, picture in todo:
            page.set_content(f"<body style='margin:0;background:#fff'>{lit(file, word, '')}")
            picture.write_bytes(_marked(page.locator("svg").screenshot(), digest(file, word)))


def _marked(png: bytes, of: str) -> bytes:
    """A PNG with a text chunk after its header (https://www.w3.org/TR/png-3/#11tEXt)."""
    chunk = _MADE_OF + of.encode()
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    after_header = 8 + 12 + 13
    return png[:after_header] + framed + png[after_header:]


if __name__ == "__main__":
    main()
