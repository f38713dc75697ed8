from collections.abc import Iterator

import pytest
from serving import serving
from whole_book import Whole, build, slim


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    build(folder)
    site = folder / "site"
    slim(site)
    with serving(site) as address:
        yield Whole(site, address)
