"""The machines that hostile chapters are played in."""

from collections.abc import Iterator
from contextlib import closing

import guests
import pytest

from harness.machine.backend import Backend


@pytest.fixture(scope="session", params=["namespaces", "qemu"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Both kinds of machines."""
    with closing(guests.machines(request.param)) as made:
        yield made
