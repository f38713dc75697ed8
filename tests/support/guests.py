"""What this book's machines are made from, in the tests of several folders."""

from collections.abc import Callable
from pathlib import Path

from harness.image import image
from harness.image.image import Image
from harness.machine import bounds
from harness.machine.namespaces import Namespaces
from harness.machine.qemu import Qemu
from harness.plan.chapter import Chapter
from harness.run.verdict import Result
from zenn.book import read_book

# What the fixtures `chapter`, `play` and `shell` give.
Build = Callable[[str], Chapter]
Play = Callable[[str], list[Result]]
Shell = Callable[[str], tuple[str, int]]
Open = Callable[..., Shell]

GUEST = read_book(Path(__file__).parent).guest


def quiet(line: str) -> None:
    """A note that nobody reads."""


def built() -> Image:
    """This book's image."""
    return image.ensure(GUEST, quiet)


def namespaces() -> Namespaces:
    """Machines over it, to be closed."""
    return Namespaces(built(), quiet)


def cgroups_of(keeper: int) -> list[Path]:
    """Those of machines of namespaces that this process keeps."""
    parents = [one.parent for one in bounds.hierarchies()]
    return [path for parent in parents for path in parent.glob(f"{bounds.PREFIX}{keeper}-*")]


def machines(kind: str) -> Namespaces | Qemu:
    """Machines of either kind, to be closed."""
    return namespaces() if kind == "namespaces" else Qemu(built(), quiet, GUEST.kernel)
