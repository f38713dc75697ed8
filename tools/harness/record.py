"""The record of what runs found: `build/verification.json`, one entry a block.

Runs on a kernel of choice (`--kernel 6.1`) have a record of their own of the same form,
`build/verification-6.1.json`.

The site reads it (`pages.verified`), so its form is a contract, which `record.schema.json` has as a
JSON Schema:

    version    2
    blocks     a list of entries, in the order of chapters and lines:
      chapter    path of the chapter from the project's root, with slashes
      line       of the opening fence, in the run that wrote the entry
      digest     of the block (`zenn.model.Fence.digest`)
      scenario   digests of all blocks of its scenario; the entry is current while the chapter has
                 a block with each of them
      kind       program, console, result, file or shown
      verdict    passed, failed, skipped, or shown for a block that is only looked at
      reason     one sentence, for failed and skipped
      machine    the kind of machine it ran in, empty where nothing ran
      kernel     ``uname -r`` in that machine
      software   versions of Debian and of packages in that machine, by name
      date       when its scenario ran, UTC, ISO 8601
      seconds    that its own steps took
      transcript a list of what happened: terminal, prompt, command (as typed, with the run's own
                 values), output, status (null where unknown), user, the seconds it took, and the
                 difference between text and output, where they differ: lines after a sign, `- ` of
                 the text, `+ ` of the run, `  ` of both, `. ` elided, `^ ` a remark; and
                 the values of the run that stand for others of the text (kind, text, run), where
                 lines agree, and where they stand (where, line and column, from 0)
"""

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from harness import atomic
from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario
from harness.run.verdict import Verdict

VERSION = 2
WORST_FIRST = ("failed", "passed", "skipped", "shown")  # what ran before what did not

Entry = dict[str, Any]  # JSON, as above


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that has been dealt with: run in a machine, skipped as a whole, or unchanged since
    it was run (`cached`)."""

    scenario: Scenario
    verdicts: tuple[Verdict, ...]
    machine: str
    kernel: str
    date: str
    seconds: float
    left: tuple[str, ...] = ()
    cached: bool = False
    software: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(verdict.outcome != "failed" for verdict in self.verdicts)


def by_block(results: Iterable[Result]) -> list[tuple[Result, Verdict]]:
    """Every block of the results once, in the order of chapters and lines.

    Of a block that is in two scenarios it is the worse verdict.
    """
    worse = ("failed", "skipped", "passed")
    found: dict[tuple[Path, int], tuple[Result, Verdict]] = {}
    for result in sorted(results, key=lambda result: (result.scenario.line, result.scenario.end)):
        for verdict in result.verdicts:
            place = result.scenario.chapter, verdict.block.line
            before = found.get(place)
            if not before or worse.index(verdict.outcome) < worse.index(before[1].outcome):
                found[place] = result, verdict
    return [found[place] for place in sorted(found)]


def entries(chapter: Chapter, results: Iterable[Result]) -> list[Entry]:
    """The entries of those blocks of a chapter that the results, or the chapter, decide on."""
    found = defaultdict[int, list[Entry]](list)
    for result in results:
        digests = [block.fence.digest for block in result.scenario.blocks]
        for verdict in result.verdicts:
            entry = _entry(chapter, verdict.block, verdict.outcome, verdict.reason) | {
                "scenario": digests,
                "machine": result.machine,
                "kernel": result.kernel,
                "software": dict(result.software),
                "date": result.date,
                "seconds": round(verdict.seconds, 3),
                "transcript": list(verdict.transcript),
            }
            found[verdict.block.line].append(entry)
    for block in chapter.blocks:
        if not block.runs:
            outcome = "shown" if block.skip is None else "skipped"
            found[block.line].append(_entry(chapter, block, outcome, block.skip or ""))
    return [chosen(found[line]) for line in sorted(found)]


def chosen(entries: Iterable[Entry]) -> Entry:
    """The entry that counts of several on one block, whatever their order.

    What ran counts rather than what did not. Of runs of the same scenario the newest counts; of two
    scenarios that share the block, the one in which it did worse.
    """
    by_scenario = sorted(entries, key=lambda entry: entry["scenario"])
    newest = [
        min(same, key=lambda entry: (not _ran(entry), _backwards(entry["date"]), *_rank(entry)))
        for _, same in groupby(by_scenario, key=lambda entry: entry["scenario"])
    ]
    return min(newest, key=_rank)


def _ran(entry: Entry) -> bool:
    return entry["verdict"] in ("passed", "failed")


def _rank(entry: Entry) -> tuple[int, list[str], str]:
    """Worst first; beyond that any order does that is the same in every run."""
    worst = WORST_FIRST.index(entry["verdict"])
    return worst, entry["scenario"], json.dumps(entry, sort_keys=True)


def _backwards(date: str) -> tuple[int, ...]:
    """Sorts dates (ISO 8601, of one length or empty) newest first."""
    return tuple(-ord(sign) for sign in date.ljust(20, "\0"))


def _entry(chapter: Chapter, block: Block, verdict: str, reason: str) -> Entry:
    return {
        "chapter": chapter.path.as_posix(),
        "line": block.line,
        "digest": block.fence.digest,
        "scenario": [block.fence.digest],
        "kind": block.kind,
        "verdict": verdict,
        "reason": reason,
        "machine": "",
        "kernel": "",
        "software": {},
        "date": "",
        "seconds": 0.0,
        "transcript": [],
    }


def read(path: Path) -> list[Entry]:
    """The entries of a record; none where it is missing, broken, or of another version."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["version"] == VERSION:
            return list(record["blocks"])
    return []


def update(
    path: Path, root: Path, chapters: Iterable[Chapter], new: Mapping[Path, list[Entry]]
) -> None:
    """Write the new entries of some chapters of the project `root` into a record, atomically.

    What it says of other chapters stays, while they exist; of these chapters' other blocks, what
    is still about a block that they have.
    """
    by_name = {chapter.path.as_posix(): chapter for chapter in chapters}
    fresh = {path.as_posix(): found for path, found in new.items()}

    def stays(entry: Entry) -> bool:
        name = entry["chapter"]
        if name not in by_name:
            return (root / str(name)).exists()
        ours = {block.fence.digest for block in by_name[name].blocks}
        replaced = {found["digest"] for found in fresh.get(name, [])}
        return entry["digest"] in ours - replaced

    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.locked(path.parent):  # an author may update while a watch verifies
        blocks = [entry for entry in read(path) if stays(entry)]
        blocks += [entry for found in fresh.values() for entry in found]
        blocks.sort(key=lambda entry: (entry["chapter"], entry["line"]))
        write(path, blocks)


def write(path: Path, blocks: list[Entry]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": VERSION, "blocks": blocks}, ensure_ascii=False, indent=1)
    data = f"{text}\n".encode()
    if not (path.exists() and path.read_bytes() == data):  # the site is built anew if it is written
        atomic.write(path, data)
