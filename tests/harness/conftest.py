"""Chapters written in a test, and the real machines that play them (as root, in a VM)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest

from harness.machine.backend import Backend
from harness.machine.qemu import Qemu
from harness.plan.chapter import Chapter, from_document
from zenn.book import Book
from zenn.parser import parse


@pytest.fixture
def snippets(tmp_path: Path) -> Path:
    path = tmp_path / "snippets"
    path.mkdir()
    return path


@pytest.fixture
def chapter(snippets: Path) -> Callable[[str], Chapter]:
    """A chapter with the given text; ``~`` at the start of a line stands for the fence ```."""

    book = Book(snippets.parent)

    def build(text: str) -> Chapter:
        lines = ["```" + line[1:] if line.startswith("~") else line for line in text.split("\n")]
        return from_document(parse("\n".join(lines), Path("docs/x.md"), book), book)

    return build


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of machines is run in each kind, or in those that its file names as `MACHINES`."""
    if "backend" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "MACHINES", ("namespaces", "qemu"))
        metafunc.parametrize("backend", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Both kinds of machines: what is tested with it can't tell which it runs in."""
    made: Backend = guests.namespaces()
    if request.param == "qemu":
        made = Qemu(guests.built(), guests.quiet, guests.GUEST.kernel)
    with closing(made):
        yield made
