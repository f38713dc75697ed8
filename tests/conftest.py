"""For every test: chapters to write, and no time limit, for machines are noisy."""

import pytest
from hypothesis import HealthCheck, settings
from parsed import chapter, snippets

__all__ = ["chapter", "snippets"]

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

MADE_ONCE = ("whole", "offline", "articles", "preview", "built")
"""Fixtures that cost more than the tests that look at them: `--dist loadgroup` makes each once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one such fixture in one process."""
    for item in items:
        for name in MADE_ONCE:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))
