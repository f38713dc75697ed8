"""Which kernel a block speaks of, and which of the table's runs it."""

import pytest

from harness.image import kernels
from harness.plan.versions import ANY, Range, Version, of_release, of_series


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("6.12.48+deb13-cloud-amd64", (6, 12, 48)),
        ("7.3~rc1", (7,)),
        ("6.1.0-41-cloud-amd64", (6, 1, 0, 41)),
    ],
)
def test_a_release_is_read_as_numbers(release: str, version: Version) -> None:
    assert of_release(release) == version


def test_a_bound_is_in_its_range_only_below() -> None:
    assert of_release("6.8.0") in Range(at_least=(6, 8))
    assert of_release("6.7.9") not in Range(at_least=(6, 8))
    assert of_release("6.7.9") in Range(below=(6, 8))
    assert of_release("6.8.0") not in Range(below=(6, 8))


def test_two_ranges_are_joined_by_the_narrower_bounds() -> None:
    joined = Range(at_least=(6, 1)) & Range(at_least=(6, 8)) & Range(below=(7,)) & ANY
    assert joined == Range((6, 8), (7,))
    assert str(joined) == "kernel 6.8 or newer and a kernel older than 7"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (ANY, "6.12"),
        (Range(at_least=(6, 8)), "6.12"),
        (Range(at_least=(6, 12, 3)), "6.12"),
        (Range(at_least=(6, 13)), "7"),
        (Range(at_least=(7, 3)), "7"),
        (Range(below=(6, 8)), "6.1"),
        (Range((6, 13), (7,)), "6.18"),
        (Range(at_least=(99,)), None),
        (Range(below=(3,)), None),
    ],
)
def test_the_default_kernel_runs_what_it_can_and_the_newest_the_rest(
    wanted: Range, name: str | None
) -> None:
    assert kernels.fitting(wanted, "6.12") == name


def test_a_series_is_as_new_as_its_newest() -> None:
    assert of_series("7") > of_release("7.3.2")
    assert of_series("6.12") < of_release("6.13")
