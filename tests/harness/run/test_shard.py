"""Shards: a partition, even, the same everywhere; and the order that scenarios are begun in."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from entries import entry, step
from hypothesis import given
from hypothesis import strategies as st

from harness import record
from harness.machine.backend import Backend
from harness.plan.chapter import Chapter, from_document
from harness.plan.scenario import Scenario, scenarios
from harness.record import Entry
from harness.run.runner import run_one
from harness.run.shard import expected, key, longest_first, shard
from harness.run.verdict import entries
from zenn.book import Book
from zenn.parser import parse

MACHINES = ("namespaces",)
TEXT = """\
## 一つ目

~python:x.py
print("ok")
~

~text:実行結果
ok
~

~console
$ python3 x.py
ok
~

## 二つ目

~console
$ sleep 1; hostname
unshared
~

~mermaid
graph LR
~
"""


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


def test_an_unknown_scenario_takes_the_median_of_those_that_are_known() -> None:
    seconds = expected(BOOK[:3], [took(BOOK[0], 5.0), took(BOOK[2], 7.0)])
    first, unknown, third = (seconds[key(one)] for one in BOOK[:3])
    assert unknown == pytest.approx((first + third) / 2)


def test_a_skipped_scenario_is_as_good_as_unknown() -> None:
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


def test_shards_merged_are_the_record_of_one_run(
    chapter: Callable[[str], Chapter], backend: Backend, tmp_path: Path
) -> None:
    read = chapter(TEXT)
    results = [run_one(scenario, backend) for scenario in scenarios(read)]
    whole = entries(read, results)
    *_, sleeps = scenarios(read)
    seconds = expected(scenarios(read), whole)
    assert seconds[key(sleeps)] > 1
    paths = []
    for index in (1, 2):
        ours = shard(scenarios(read), index, 2, seconds)
        paths.append(tmp_path / f"{index}.json")
        record.write(paths[-1], entries(read, [r for r in results if r.scenario in ours]))
    assert record.merge(paths) == record.merge(paths[::-1]) == whole
