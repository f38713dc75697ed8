"""Chapters written in a test, and the real machines that play them (as root, in a VM)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import Build, Play

from harness.machine.backend import Backend
from harness.plan.chapter import Chapter, from_document
from harness.plan.scenario import scenarios
from harness.run.runner import run_one
from zenn.book import Book
from zenn.parser import parse


@pytest.fixture
def snippets(tmp_path: Path) -> Path:
    path = tmp_path / "snippets"
    path.mkdir()
    return path


@pytest.fixture
def leftovers() -> str:
    """What becomes of leftovers (see `Book`): most tests leave some, and are of something else."""
    return "tell"


@pytest.fixture
def chapter(snippets: Path, leftovers: str) -> Build:
    """A chapter with the given text; ``~`` at the start of a line stands for the fence ```."""

    book = Book(snippets.parent, leftovers=leftovers, guest=guests.GUEST)

    def build(text: str) -> Chapter:
        lines = ["```" + line[1:] if line.startswith("~") else line for line in text.split("\n")]
        return from_document(parse("\n".join(lines), Path("docs/x.md"), book), book)

    return build


@pytest.fixture
def play(chapter: Build, backend: Backend) -> Play:
    """What the scenarios of a chapter with the given text come to, in their order."""
    return lambda text: [run_one(scenario, backend) for scenario in scenarios(chapter(text))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of machines is run in each kind, or in those that its file names as `MACHINES`."""
    if "backend" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "MACHINES", ("namespaces", "qemu"))
        metafunc.parametrize("backend", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Both kinds of machines: what is tested with it can't tell which it runs in."""
    with closing(guests.machines(request.param)) as made:
        yield made
