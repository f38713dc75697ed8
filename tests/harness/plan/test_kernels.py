"""Which kernel a block speaks of, and which of the table's runs it."""

from collections.abc import Callable

import pytest
from packaging.specifiers import SpecifierSet

from harness.image import kernels
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.plan.settings import version_of


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("6.12.48+deb13-cloud-amd64", "6.12.48"),
        ("7.3~rc1", "7.3"),
        ("6.1.0-41-cloud-amd64", "6.1.0"),
        ("what?", "0"),
    ],
)
def test_a_release_is_read_as_numbers(release: str, version: str) -> None:
    assert str(version_of(release)) == version


def test_the_blocks_of_a_scenario_want_a_kernel_together(
    chapter: Callable[[str], Chapter],
) -> None:
    text = "~console kernel>=6.1 kernel<7\n$ a\n~\n~console kernel>=6.8\n$ b\n~\n~console\n$ c\n~\n"
    (found,) = scenarios(chapter(text))
    assert found.kernel == SpecifierSet(">=6.1,>=6.8,<7")
    fitting = [name for name in ("6.7.9", "6.8.0", "6.18.1", "7.0") if name in found.kernel]
    assert fitting == ["6.8.0", "6.18.1"]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("", "6.12"),
        (">=6.8", "6.12"),
        (">=6.12.3", "6.12"),
        (">=6.13", "7"),
        (">=7.3", "7"),
        ("<6.8", "6.1"),
        (">=6.13,<7", "6.18"),
        (">=99", None),
        ("<3", None),
    ],
)
def test_the_default_kernel_runs_what_it_can_and_the_newest_the_rest(
    wanted: str, name: str | None
) -> None:
    assert kernels.fitting(SpecifierSet(wanted), "6.12") == name
