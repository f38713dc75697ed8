"""A line of the text against one of a run, where words of any shape stand in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.compare import Expectation, Renaming, Varying, lines_of
from harness.compare.pattern import Pattern
from harness.compare.shapes import Unknown

signs = st.text("x- .", min_size=1, max_size=12)


@given(signs, signs)
def test_words_of_any_shape_fit_where_a_regular_expression_says_so(text: str, line: str) -> None:
    unknowns = [Unknown("any", "x", at.start(), r"\S+") for at in re.finditer("(?<!x)x(?!x)", text)]
    slack = (
        re.sub(" +", " +", part.replace(".", r"\.")) for part in re.split("(?<!x)x(?!x)", text)
    )
    regex = " *" + r"(\S+)".join(slack).removeprefix(" +")
    found = Pattern(text, iter(unknowns)).match(line, Renaming())
    expected = re.fullmatch(regex, line)
    if unknowns:
        assert (found is None) == (expected is None)
    if unknowns and found and expected:
        assert [(run, at) for _, run, at in found.values] == [
            (expected[group + 1], expected.start(group + 1)) for group in range(len(unknowns))
        ]


@pytest.mark.parametrize("line", ["-" * 70, "-" * 70 + " end", "a-b-c-d-e-f-g-h end"])
def test_a_word_that_is_named_any_is_not_found_in_dashes(line: str) -> None:
    renaming = Renaming()
    renaming.introduce([Varying("x", "any")])
    assert not Expectation(["x-x-x-x-x-x-x-x-x end"]).compare([line], renaming).passed


def test_the_same_word_has_to_be_the_same_in_the_run() -> None:
    for line, passes in (("ab-ab end", True), ("ab-cd end", False)):
        renaming = Renaming()
        renaming.introduce([Varying("x", "any")])
        assert Expectation(["x-x end"]).compare([line], renaming).passed == passes


def test_a_comparison_that_costs_too_much_is_a_failure_and_not_a_pass() -> None:
    renaming = Renaming()
    renaming._seconds = 0.0
    found = Expectation(["a"] * 2000).compare(["a"] * 20_000, renaming)
    assert not found.passed
    assert found.fault
    assert found.fault.code == "too-costly"
    assert renaming.exhausted


def test_a_line_with_hundreds_of_values_is_refused() -> None:
    text = ["2026-01-01 10:00:00 " * 300]
    found = Expectation(text).compare(text, Renaming())
    assert found.fault
    assert found.fault.code == "too-costly"


def test_a_carriage_return_writes_over_a_line_from_its_start() -> None:
    assert lines_of("abcdef\rxyz\r1\n") == ("1yzdef",)
    assert lines_of("ab\rwxyz") == ("wxyz",)


def test_a_control_sequence_that_never_ends_ends_at_the_next() -> None:
    assert lines_of("\x1b]0;title\x07a\x1b[1mb\x1b[0m\n") == ("ab",)
    assert lines_of("\x1b]0;never\x1b[1mshown") == ("\x1b]0;nevershown",)
