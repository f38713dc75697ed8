"""Shards: the scenarios of one run divided among several machines of CI, and their records joined.

All shards of a run have to be given the same previous record, or they divide differently. So a
shard leaves that record alone and writes one of its own, from nothing; `merge` makes the next.
"""

import json
import re
from argparse import ArgumentTypeError
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from harness.plan.scenario import Scenario
from harness.record import VERSION, WORST_FIRST, Entry, chosen

_BIRTH = 0.1  # seconds that each scenario takes beside its steps: a machine is made for it


class RecordError(Exception):
    """A record that can't be merged: one sentence that begins with its path."""


def parse(text: str) -> tuple[int, int]:
    """``2/5`` as (2, 5), for argparse: the second of five shards.

    :raises ArgumentTypeError: it is not that.
    """
    found = re.fullmatch(r"([0-9]+)/([0-9]+)", text)
    if not found:
        raise ArgumentTypeError(f"“{text}”: write I/N, as in 2/5 for the second of five shards")
    index, count = int(found[1]), int(found[2])
    if not 1 <= index <= count <= 1000:
        raise ArgumentTypeError(f"“{text}”: shards are counted from 1/{count} to {count}/{count}")
    return index, count


def durations(entries: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The seconds that each scenario took, by its `key`, from the entries of a record.

    A scenario that did not run is not in it.
    """
    found: defaultdict[str, float] = defaultdict(float)
    for entry in entries:
        if entry["machine"]:
            found[_key(entry["chapter"], entry["scenario"])] += entry["seconds"]
    return dict(found)


def key(scenario: Scenario) -> str:
    """What a record knows a scenario by: its chapter and all that its blocks say."""
    return _key(scenario.chapter.as_posix(), [block.fence.digest for block in scenario.blocks])


def _key(chapter: str, digests: Iterable[str]) -> str:
    return " ".join([chapter, *digests])


def shard(
    scenarios: Sequence[Scenario], index: int, count: int, durations: Mapping[str, float]
) -> tuple[Scenario, ...]:
    """The scenarios of shard `index` (from 1) of `count`, in the order given.

    Every scenario is in exactly one shard, and in the same on every machine. The longest is dealt
    out first, each to the shard that has least to do yet, so that two shards differ by no more
    than one scenario takes. `durations` gives seconds by `key`; one it doesn't know counts as long
    as the median.
    """
    known = [durations[name] for name in map(key, scenarios) if name in durations]
    usual = median(known) if known else 0.0
    # Whole milliseconds, as in the record: sums are exact, whatever their order.
    load = {
        place: round(1000 * (durations.get(key(scenarios[place]), usual) + _BIRTH))
        for place in range(len(scenarios))
    }
    loads = [0] * count
    ours = set()
    for place in sorted(load, key=lambda place: (-load[place], *_place(scenarios[place]))):
        least = loads.index(min(loads))
        loads[least] += load[place]
        if least == index - 1:
            ours.add(place)
    return tuple(scenario for place, scenario in enumerate(scenarios) if place in ours)


def _place(scenario: Scenario) -> tuple[str, int, int]:
    """Where it is. A program may begin two: one by itself, and one with a later console block."""
    return scenario.chapter.as_posix(), scenario.line, scenario.end


def merge(records: Sequence[Path]) -> list[Entry]:
    """The entries of several records as those of one, in the order of chapters and lines.

    Of a block that several know, `chosen` says which counts.

    :raises RecordError: one can't be read, is none, is of another version, or another text.
    """
    found: defaultdict[tuple[str, int], list[tuple[Path, Entry]]] = defaultdict(list)
    for path in records:
        for entry in _entries(path):
            found[entry["chapter"], entry["line"]].append((path, entry))
    for (chapter, line), ((first, one), *others) in found.items():
        for path, other in others:
            if one["digest"] != other["digest"]:
                raise RecordError(
                    f"{path}: {chapter}:{line} is another block than in {first}: merge records "
                    "of one text"
                )
    return [chosen(entry for _, entry in found[place]) for place in sorted(found)]


def _entries(path: Path) -> list[Entry]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: not JSON, so not a record of this harness") from error
    if not isinstance(record, dict) or "version" not in record:
        raise RecordError(f"{path}: not a record of this harness")
    if record["version"] != VERSION:
        raise RecordError(
            f"{path}: a record of version {record['version']}, where this harness has version "
            f"{VERSION}: run its shard with the same harness"
        )
    blocks = record.get("blocks")
    if not isinstance(blocks, list) or not all(map(_is_entry, blocks)):
        raise RecordError(f"{path}: a record with broken entries: run its shard again")
    return blocks


def _is_entry(value: object) -> bool:
    """Whether it has what is looked at here; `record.schema.json` has all of it."""
    kinds = {"chapter": str, "line": int, "digest": str, "date": str, "scenario": list}
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), kind) for name, kind in kinds.items())
        and all(isinstance(digest, str) for digest in value["scenario"])
        and value.get("verdict") in WORST_FIRST
    )
