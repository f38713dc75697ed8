"""Every case of tests/zenn/cases, as Zenn shows it and as the site does."""

import pytest
from cases import CASES, Case, on_the_site, on_zenn, print_suite, read_suite, suites
from renderer import ask

ALL = [(name, case) for name, suite in suites().items() for case in suite.cases]


@pytest.fixture(scope="session")
def zenn() -> dict[str, str]:
    """Zenn's HTML of every source."""
    sources = [case.source for _, case in ALL]
    return dict(zip(sources, ask(sources).pages, strict=True))


@pytest.mark.parametrize(("suite", "case"), ALL, ids=[f"{name}: {case.name}" for name, case in ALL])
def test_it_is_shown_so_and_a_difference_has_a_reason(
    zenn: dict[str, str], suite: str, case: Case
) -> None:
    assert on_the_site(case.source) == case.site
    assert on_zenn(zenn[case.source]) == case.zenn
    assert case.zenn == case.site or case.why or suites()[suite].why


@pytest.mark.parametrize("name", suites())
def test_nothing_in_a_file_is_overlooked(name: str) -> None:
    text = (CASES / f"{name}.md").read_text("utf-8")
    assert print_suite(read_suite(text)) == text
    names = [case.name for case in read_suite(text).cases]
    assert len(set(names)) == len(names) > 0
