from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from whole_book import Whole, build, slim


@pytest.fixture(scope="session")
def whole(
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Path], AbstractContextManager[str]],
) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    build(folder)
    site = folder / "site"
    slim(site)
    with serve(site) as address:
        yield Whole(site, address)
