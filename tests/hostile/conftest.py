"""The machines that hostile chapters are played in."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import Play

from harness.machine.backend import Backend
from harness.plan.chapter import from_document
from harness.plan.scenario import scenarios
from harness.run.runner import run_one
from harness.run.verdict import Result
from zenn.book import Book
from zenn.parser import parse


@pytest.fixture(scope="session", params=["namespaces", "qemu"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Both kinds of machines."""
    with closing(guests.machines(request.param)) as made:
        yield made


@pytest.fixture
def play(tmp_path: Path, backend: Backend) -> Play:
    """What the scenarios of a chapter come to; ``~`` at a line's start stands for the fence."""
    book = Book(tmp_path, guest=guests.GUEST)

    def play(text: str) -> list[Result]:
        lines = ["```" + line[1:] if line.startswith("~") else line for line in text.split("\n")]
        chapter = from_document(parse("\n".join(lines), Path("docs/x.md"), book), book)
        return [run_one(scenario, backend) for scenario in scenarios(chapter)]

    return play
