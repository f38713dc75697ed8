"""Shards: a partition, even, the same everywhere; and the record that joins theirs."""

import json
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import record
from harness.machine.backend import Backend
from harness.plan.chapter import Chapter, from_document
from harness.plan.scenario import Scenario, scenarios
from harness.record import chosen
from harness.run.runner import run_one
from harness.run.shard import RecordError, durations, key, merge, parse, shard
from zenn.book import Book
from zenn.parser import parse as parse_markdown

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
    return scenarios(from_document(parse_markdown(text, Path("docs/x.md"), of), of))


BOOK = book(6)
seconds = st.floats(0, 1000, allow_nan=False)
previous = st.dictionaries(st.sampled_from([key(scenario) for scenario in BOOK]), seconds)


@given(st.integers(1, 20), previous)
def test_every_scenario_is_in_exactly_one_shard(count: int, known: dict[str, float]) -> None:
    shards = [shard(BOOK, index, count, known) for index in range(1, count + 1)]
    assert sorted(map(id, BOOK)) == sorted(id(one) for ours in shards for one in ours)
    for ours in shards:
        assert list(ours) == [one for one in BOOK if any(one is other for other in ours)]


@given(st.integers(1, 20), previous, st.randoms(use_true_random=False))
def test_a_shard_is_the_same_on_every_machine(
    count: int, known: dict[str, float], rnd: Any
) -> None:
    shuffled, reordered = list(book(6)), list(known.items())
    rnd.shuffle(shuffled)
    rnd.shuffle(reordered)
    for index in range(1, count + 1):
        ours = shard(BOOK, index, count, known)
        theirs = shard(shuffled, index, count, dict(reordered))
        assert {(one.line, one.end) for one in ours} == {(one.line, one.end) for one in theirs}


@given(st.integers(1, 20), st.fixed_dictionaries({key(one): seconds for one in BOOK}))
def test_two_shards_differ_by_no_more_than_one_scenario(
    count: int, known: dict[str, float]
) -> None:
    loads = [
        sum(known[key(one)] + 0.1 for one in shard(BOOK, index, count, known))
        for index in range(1, count + 1)
    ]
    assert max(loads) - min(loads) <= max(known.values()) + 0.1 + 0.001 * len(BOOK)


def test_without_a_record_shards_are_even_in_number() -> None:
    assert [len(shard(BOOK, index, 5, {})) for index in range(1, 6)] == [3, 3, 2, 2, 2]


def test_an_unknown_scenario_counts_as_the_median() -> None:
    # by value: 0, 1 and 2 twice each; 1 is not known
    known = {key(one): 5.0 for one in BOOK[0:2]} | {key(one): 7.0 for one in BOOK[4:6]}
    half = {(one.line, one.end) for one in shard(BOOK, 1, 2, known)}
    unknown = {key(one): 6.0 for one in BOOK[2:4]}
    assert half == {(one.line, one.end) for one in shard(BOOK, 1, 2, known | unknown)}


@pytest.mark.parametrize(("text", "found"), [("1/1", (1, 1)), ("2/5", (2, 5)), ("5/5", (5, 5))])
def test_i_of_n(text: str, found: tuple[int, int]) -> None:
    assert parse(text) == found


@pytest.mark.parametrize("text", ["", "2", "2/", "/5", "a/b", "-1/5", "2/5/6", " 2/5", "１/２"])
def test_what_is_not_i_of_n(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="write I/N, as in 2/5"):
        parse(text)


@pytest.mark.parametrize("text", ["0/5", "6/5", "0/0"])
def test_a_shard_that_is_not_there(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="shards are counted from 1/"):
        parse(text)


@pytest.fixture
def entries(chapter: Callable[[str], Chapter], backend: Backend) -> list[dict[str, Any]]:
    read = chapter(TEXT)
    return record.entries(read, [run_one(scenario, backend) for scenario in scenarios(read)])


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(name: str, *blocks: dict[str, Any]) -> Path:
        record.write(tmp_path / name, list(blocks))
        return tmp_path / name

    return save


def test_a_record_knows_how_long_its_scenarios_took(
    chapter: Callable[[str], Chapter], entries: list[dict[str, Any]]
) -> None:
    found = durations(entries)
    *_, sleeps = scenarios(chapter(TEXT))
    assert found[key(sleeps)] > 1
    assert set(found) <= {key(scenario) for scenario in scenarios(chapter(TEXT))}


def test_shards_merged_are_the_record_of_one_run(
    chapter: Callable[[str], Chapter],
    backend: Backend,
    entries: list[dict[str, Any]],
    saved: Callable[..., Path],
) -> None:
    read = chapter(TEXT)
    paths = []
    for index in (1, 2):
        ours = shard(scenarios(read), index, 2, durations(entries))
        found = record.entries(read, [run_one(scenario, backend) for scenario in ours])
        paths.append(saved(f"{index}.json", *found))
    one, other = merge(paths), merge(paths[::-1])
    assert one == other
    assert [(e["line"], e["verdict"]) for e in one] == [(e["line"], e["verdict"]) for e in entries]


def entry(**changed: Any) -> dict[str, Any]:
    return {
        "chapter": "docs/x.md",
        "line": 3,
        "digest": "a" * 64,
        "scenario": ["a" * 64],
        "kind": "console",
        "verdict": "passed",
        "reason": "",
        "machine": "namespaces",
        "kernel": "6.12",
        "software": {"debian": "13.8"},
        "date": "2026-11-23T19:00:00Z",
        "seconds": 1.0,
        "transcript": [],
    } | changed


OTHER = ["a" * 64, "b" * 64]
FAILED = entry(verdict="failed", reason="the output differs")
SKIPPED = entry(verdict="skipped", reason="`vm`", machine="", kernel="", software={}, seconds=0.0)


@pytest.mark.parametrize(
    ("wins", "loses"),
    [
        pytest.param(FAILED, entry(), id="worse, at the same time"),
        pytest.param(FAILED, entry(scenario=OTHER, date="2027-01-01T00:00:00Z"), id="worse"),
        pytest.param(entry(), SKIPPED | {"date": "2027-01-01T00:00:00Z"}, id="it ran"),
        pytest.param(entry(), SKIPPED | {"scenario": OTHER}, id="it ran, in another scenario"),
        pytest.param(entry(date="2026-11-23T19:00:01Z"), FAILED, id="newer, of one scenario"),
        pytest.param(SKIPPED, SKIPPED | {"date": ""}, id="newer, though neither ran"),
    ],
)
def test_of_two_that_know_a_block(
    saved: Callable[..., Path], wins: dict[str, Any], loses: dict[str, Any]
) -> None:
    paths = [saved("1.json", wins), saved("2.json", loses)]
    assert merge(paths) == merge(paths[::-1]) == [wins]


LATER = {"date": "2027-01-01T00:00:00Z"}
KNOWN = [SKIPPED, entry(), entry(seconds=2.0), FAILED, FAILED | LATER, entry() | LATER]
KNOWN += [entry(scenario=OTHER), FAILED | {"scenario": OTHER} | LATER, SKIPPED | LATER]


@given(st.permutations(KNOWN))
def test_the_order_of_records_does_not_matter(blocks: list[dict[str, Any]]) -> None:
    assert chosen(blocks) == FAILED | LATER


def test_blocks_are_in_order(saved: Callable[..., Path]) -> None:
    paths = [
        saved("1.json", entry(line=30, digest="c" * 64), entry(chapter="docs/y.md")),
        saved("2.json", entry(line=4, digest="d" * 64)),
    ]
    places = [(found["chapter"], found["line"]) for found in merge(paths)]
    assert places == [("docs/x.md", 4), ("docs/x.md", 30), ("docs/y.md", 3)]


def test_records_of_different_texts_are_not_merged(saved: Callable[..., Path]) -> None:
    paths = [saved("1.json", entry()), saved("2.json", entry(digest="c" * 64))]
    with pytest.raises(RecordError, match=r"2\.json: docs/x\.md:3 is another block than in .*1\.j"):
        merge(paths)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(None, "can't be read: No such file", id="missing"),
        pytest.param("{", "not JSON", id="half written"),
        pytest.param("\xff", "not a record", id="not a record"),
        pytest.param("[" * 100_000, "not JSON", id="too deep"),
        pytest.param("[]", "not a record of this harness", id="a list"),
        pytest.param('{"version": 3, "blocks": []}', "version 3, where this", id="newer"),
        pytest.param('{"version": 2}', "broken entries", id="no blocks"),
        pytest.param('{"version": 2, "blocks": [3]}', "broken entries", id="a number"),
        pytest.param(
            json.dumps({"version": 2, "blocks": [entry(scenario=[3])]}), "broken", id="no digests"
        ),
        pytest.param(
            json.dumps({"version": 2, "blocks": [entry(verdict="ok")]}), "broken", id="no verdict"
        ),
    ],
)
def test_what_is_no_record_is_named(
    tmp_path: Path, saved: Callable[..., Path], text: str | None, message: str
) -> None:
    path = tmp_path / "2.json"
    if text is not None:
        path.write_text(text, encoding="latin-1")
    with pytest.raises(RecordError) as caught:
        merge([saved("1.json", entry()), path])
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
