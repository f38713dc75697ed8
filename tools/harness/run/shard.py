"""How long scenarios will take by the last record, which to begin with, and who gets which.

All shards of a run have to be given the same previous record, or they divide differently. So a
shard leaves that record alone and writes one of its own, from nothing; `merge` makes the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from harness.plan.passage import Passage
from harness.plan.scenario import Scenario
from harness.record import Entry

_BIRTH = 0.1  # seconds beside a scenario's steps: a machine is made for it
_BLOCK = 3.0  # seconds of a block on the reader's machine, where no record knows better


def expected(scenarios: Iterable[Scenario], record: Iterable[Entry]) -> dict[str, float]:
    """The seconds that each scenario is expected to take, by its `key`: those of the last run.

    One that the record doesn't know is expected to take the median of those that it does know.
    """
    took: defaultdict[str, float] = defaultdict(float)
    for entry in record:
        if entry.machine:
            took[_key(entry.chapter, entry.scenario)] += entry.seconds
    keys = list(dict.fromkeys(map(key, scenarios)))
    known = [took[name] for name in keys if name in took]
    usual = median(known) if known else 0.0
    return {name: took.get(name, usual) + _BIRTH for name in keys}


def of_passages(passages: Iterable[Passage], record: Iterable[Entry]) -> dict[str, float]:
    """The seconds that each passage is expected to take, by its name: those of its blocks."""
    took = {(entry.chapter, entry.digest): entry.seconds for entry in record if entry.machine}
    return {
        one.name: sum(
            took.get((one.chapter.as_posix(), block.fence.digest), _BLOCK) for block in one.blocks
        )
        for one in passages
    }


def key(scenario: Scenario) -> str:
    """What a record knows a scenario by: its chapter and all that its blocks say."""
    return _key(scenario.chapter.as_posix(), [block.fence.digest for block in scenario.blocks])


def _key(chapter: str, digests: Iterable[str]) -> str:
    return " ".join([chapter, *digests])


def longest_first(scenarios: Iterable[Scenario], seconds: Mapping[str, float]) -> list[Scenario]:
    """In the order in which to begin them, so that the end isn't one worker at work for long.

    `seconds` are those of `expected`; of equally long ones the first in the book is first.
    """
    return sorted(scenarios, key=lambda one: (-round(1000 * seconds[key(one)]), *_place(one)))


def shard(
    scenarios: Sequence[Scenario], index: int, count: int, seconds: Mapping[str, float]
) -> tuple[Scenario, ...]:
    """The scenarios of shard `index` (from 1) of `count`, in the order given.

    Every scenario is in exactly one shard, and in the same on every machine. The longest is dealt
    out first, each to the shard that has least to do yet, so that two shards differ by no more
    than one scenario takes.
    """
    loads = [0] * count
    ours = set()
    for scenario in longest_first(scenarios, seconds):
        least = loads.index(min(loads))
        # Whole milliseconds, as in the record: sums are exact, whatever their order.
        loads[least] += round(1000 * seconds[key(scenario)])
        if least == index - 1:
            ours.add(_place(scenario))
    return tuple(scenario for scenario in scenarios if _place(scenario) in ours)


def _place(scenario: Scenario) -> tuple[str, int, int]:
    """Where it is. A program may begin two: one by itself, and one with a later console block."""
    return scenario.chapter.as_posix(), scenario.line, scenario.end
