"""Shards: a partition, even, the same everywhere; and the order that scenarios are begun in."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from entries import entry, step
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.chapter import from_document
from harness.plan.scenario import Scenario, scenarios
from harness.record import Entry
from harness.run.shard import expected, key, longest_first, shard
from zenn.book import Book
from zenn.parser import parse


def book(sections: int) -> tuple[Scenario, ...]:
    """Scenarios of a chapter in which every program begins two, and some are equal."""
    text = "".join(
        f"## {n}\n\n```python:x.py\n{n % 3}\n```\n\n```text:実行結果\n```\n\n"
        "```console\n$ python3 x.py\n```\n\n"
        for n in range(sections)
    )
    of = Book(Path())
    return scenarios(from_document(parse(text, Path("docs/x.md"), of), of))


BOOK = book(6)
Seconds = dict[str, float]
previous = st.fixed_dictionaries({key(one): st.floats(0, 1000, allow_nan=False) for one in BOOK})


@given(st.integers(1, 20), previous)
def test_every_scenario_is_in_exactly_one_shard(count: int, known: Seconds) -> None:
    shards = [shard(BOOK, index, count, known) for index in range(1, count + 1)]
    assert sorted(map(id, BOOK)) == sorted(id(one) for ours in shards for one in ours)
    for ours in shards:
        assert list(ours) == [one for one in BOOK if any(one is other for other in ours)]


@given(st.integers(1, 20), previous, st.randoms(use_true_random=False))
def test_a_shard_is_the_same_on_every_machine(count: int, known: Seconds, rnd: Any) -> None:
    shuffled, reordered = list(book(6)), list(known.items())
    rnd.shuffle(shuffled)
    rnd.shuffle(reordered)
    for index in range(1, count + 1):
        ours = shard(BOOK, index, count, known)
        theirs = shard(shuffled, index, count, dict(reordered))
        assert {(one.line, one.end) for one in ours} == {(one.line, one.end) for one in theirs}


@given(st.integers(1, 20), previous)
def test_two_shards_differ_by_no_more_than_one_scenario(count: int, known: Seconds) -> None:
    loads = [
        sum(known[key(one)] for one in shard(BOOK, index, count, known))
        for index in range(1, count + 1)
    ]
    assert max(loads) - min(loads) <= max(known.values()) + 0.001 * len(BOOK)


def test_without_a_record_shards_are_even_in_number() -> None:
    equal = expected(BOOK, [])
    assert len(set(equal.values())) == 1
    assert [len(shard(BOOK, index, 5, equal)) for index in range(1, 6)] == [3, 3, 2, 2, 2]


def took(scenario: Scenario, seconds: float) -> Entry:
    digests = tuple(block.fence.digest for block in scenario.blocks)
    steps = (step(seconds=seconds),)
    return entry(chapter="docs/x.md", digest=digests[0], scenario=digests, steps=steps)


def test_an_unknown_or_skipped_scenario_takes_the_median_of_those_that_are_known() -> None:
    seconds = expected(BOOK[:3], [took(BOOK[0], 5.0), took(BOOK[2], 7.0)])
    first, unknown, third = (seconds[key(one)] for one in BOOK[:3])
    assert unknown == pytest.approx((first + third) / 2)
    digests = tuple(block.fence.digest for block in BOOK[0].blocks)
    skipped = entry("skipped", chapter="docs/x.md", scenario=digests)
    assert expected(BOOK, [skipped]) == expected(BOOK, [])


@given(previous)
def test_the_longest_is_begun_first_and_of_equal_ones_the_first(known: Seconds) -> None:
    ordered = longest_first(BOOK, known)
    assert sorted(map(id, ordered)) == sorted(map(id, BOOK))
    for one, other in pairwise(ordered):
        longer, shorter = (round(1000 * known[key(scenario)]) for scenario in (one, other))
        assert longer > shorter or (
            longer == shorter and (one.line, one.end) < (other.line, other.end)
        )
