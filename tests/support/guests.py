"""What this book's machines are made from, in the tests of several folders."""

from pathlib import Path

from harness.image import image
from harness.image.image import Image
from harness.machine.namespaces import Namespaces
from zenn.book import read_book

GUEST = read_book(Path(__file__).parent).guest


def quiet(line: str) -> None:
    """A note that nobody reads."""


def built() -> Image:
    """This book's image."""
    return image.ensure(GUEST, quiet)


def namespaces() -> Namespaces:
    """Machines over it, to be closed."""
    return Namespaces(built(), quiet)
