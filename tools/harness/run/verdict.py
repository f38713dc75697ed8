"""From what was played to an entry of the record for every block."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import structs

from harness import record
from harness.compare import Reason
from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario, sections
from harness.plan.settings import Where
from harness.record import Entry, Step, Verdict
from harness.run.play import Left, Playing

CHAPTER_KEPT = 1 << 19  # characters that a record keeps of what a chapter's steps showed
_CUT_LINES, _CUT_LINE = 6, 200  # of a difference


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that has been dealt with: run in a machine, skipped as a whole, or unchanged since
    it was run (`cached`). It has an entry for each block, in order; `left` is what it left behind
    in a book that is only told so. One that was run again with a kernel of its own, and passed, has
    in `changed` what of the kernel that it shared was different afterwards, and in `first` the
    entries of the run there, if that failed."""

    scenario: Scenario
    entries: tuple[Entry, ...]
    left: tuple[Left, ...] = ()
    changed: tuple[str, ...] = ()
    first: tuple[Entry, ...] = ()
    cached: bool = False

    @property
    def passed(self) -> bool:
        return all(entry.verdict != "failed" for entry in self.entries)


def now() -> str:
    """The time as a record has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Run:
    """Where and when a scenario runs (see `Entry`); only when, if there is no machine."""

    machine: str = ""
    kernel: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    date: str = field(default_factory=now)
    since: int | None = None
    broke: int | None = None


def judge(
    scenario: Scenario, playing: Playing, run: Run, after: Sequence[Block] | None = None
) -> Result:
    """What was played in a scenario's machine, or in none that came alive. How it went depends on
    its blocks, or on all of those that it came `after`, themselves among them.
    """
    steps = {
        block.line: tuple(step for step in playing.steps if block.has(step.line))
        for block in scenario.blocks
    }
    faults = {
        block.line: _fault(block, steps[block.line], scenario, playing.broken)
        for block in scenario.blocks
    }
    left = _faults_of_leaving(scenario, playing)
    entries = []
    for block in scenario.blocks:
        fault = faults[block.line]
        if block.kind == "result" and block.line in scenario.runs:
            fault = _fault_of_output(block, steps, scenario, playing.broken)
        elif not fault and block.kind in ("program", "file"):
            fault = _fault_of_use(block, faults, steps, scenario, playing.broken)
        if not fault and block.line in playing.unrun:
            fault = Reason("not-run", {"program": block.fence.title}), block.line
        fault = fault or left.get(block.line)
        verdict: Verdict = "failed" if fault else "passed"
        known = {"steps": steps[block.line], **asdict(run)}
        blocks = after or scenario.blocks
        entries.append(_entry(scenario.chapter, block, blocks, verdict, fault, **known))
    told = () if scenario.forbids_leftovers or scenario.leaves else playing.left
    return Result(scenario, tuple(entries), told)


def within_budget(entries: Iterable[Entry], most: int) -> list[Entry]:
    """The entries, of whose steps those that showed most are cut until all show at most so many
    characters."""
    found = list(entries)
    sizes = sorted(_size(step) for entry in found for step in entry.steps)
    most_of_one, total = 0, sum(sizes)
    while total > most:
        most_of_one = sizes.pop()
        total -= most_of_one
    if not most_of_one:
        return found
    return [
        structs.replace(
            entry,
            steps=tuple(_cut(step) if _size(step) >= most_of_one else step for step in entry.steps),
        )
        for entry in found
    ]


def _size(step: Step) -> int:
    texts = (step.output, *step.corrected, *(line.text for line in step.difference))
    return sum(map(len, texts))


def _cut(step: Step) -> Step:
    """A step without what it showed; a difference is not without what differs first."""
    typed = tuple(value for value in step.values if value.where == "command")
    differs = tuple(replace(one, text=one.text[:_CUT_LINE]) for one in step.difference[:_CUT_LINES])
    kept = structs.replace(step, output="", corrected=(), difference=differs, values=typed)
    return structs.replace(kept, cut=_size(step) - _size(kept))


def skip(scenario: Scenario, reason: Reason) -> Result:
    """The result of a scenario that was not run."""
    chapter, blocks, date = scenario.chapter, scenario.blocks, now()
    entries = (
        _entry(chapter, block, blocks, "skipped", (reason, block.line), date=date)
        for block in blocks
    )
    return Result(scenario, tuple(entries))


Fault = tuple[Reason, int]
"""Why a block has failed, or a scenario can't go on, and which line of the chapter that is about.
"""


def _faults_of_leaving(scenario: Scenario, playing: Playing) -> dict[int, Fault]:
    """By the line of the block, what it leaves behind and doesn't say so, or the reverse."""
    if scenario.leaves:
        nothing = not (playing.left or playing.broken)
        return {line: (Reason("leaves-nothing"), line) for line, _ in scenario.leaves if nothing}
    found = {}
    for block in scenario.blocks if scenario.forbids_leftovers else ():
        if mine := [(line, what) for line, what in playing.left if block.has(line)]:
            what = "; ".join(what for _, what in mine)
            found[block.line] = Reason("left", {"what": what}), mine[0][0]
    return found


def _fault(
    block: Block, steps: Sequence[Step], scenario: Scenario, broken: Fault | None
) -> Fault | None:
    if broken and block.has(broken[1]):
        return broken
    for step in steps:
        if step.reason:
            return step.reason, step.line
    planned = [one for one in scenario.interactions if one.block.line == block.line]
    if len(steps) < len(planned) or (broken and broken[1] < block.line):
        return _not_reached(broken[1] if broken else scenario.line), block.line
    # `exit=1` says that a command of the block ends so; one has to.
    wanted = planned[0].settings.exit if planned else None
    if wanted is not None and all(step.status != wanted for step in steps):
        return Reason("exit-unmet", {"status": wanted}), block.line
    return None


def _fault_of_use(
    block: Block,
    faults: Mapping[int, Fault | None],
    steps: Mapping[int, Sequence[Step]],
    scenario: Scenario,
    broken: Fault | None,
) -> Fault | None:
    """A program or file is as good as the commands that use it."""
    users = scenario.runs.get(block.line, ())
    using = {line: [s for s in ours if s.line in users] for line, ours in steps.items()}
    for line, fault in faults.items():
        if fault and fault[1] > block.line and not all(step.passed for step in using[line]):
            return fault
    if broken and not any(using.values()):
        return _not_reached(broken[1]), block.line
    return None


def _fault_of_output(
    block: Block, steps: Mapping[int, Sequence[Step]], scenario: Scenario, broken: Fault | None
) -> Fault | None:
    """The output of a console block's last step is as good as that."""
    (line,) = scenario.runs[block.line]
    step = next((s for ours in steps.values() for s in ours if s.line == line), None)
    if step:
        return (step.reason, line) if step.reason else None
    return _not_reached(broken[1] if broken else scenario.line), block.line


def _not_reached(line: int) -> Reason:
    return Reason("not-reached", {"line": line})


def _entry(
    path: Path,
    block: Block,
    scenario: Iterable[Block],
    verdict: Verdict,
    fault: Fault | None,
    **known: Any,
) -> Entry:
    reason, about = fault or (None, None)
    return Entry(
        chapter=path.as_posix(),
        line=block.line,
        title=f"{block.fence.language} {block.fence.title}".strip(),
        digest=block.fence.digest,
        scenario=tuple(one.fence.digest for one in scenario),
        kind=block.kind,
        verdict=verdict,
        reason=reason,
        about=about,
        **known,
    )


def worst(results: Iterable[Result]) -> list[Entry]:
    """Every block of the results once, in the order of chapters and lines.

    Of a block that is in two scenarios, or ran on two kernels, it is the worse verdict.
    """
    worse = ("failed", "skipped", "passed")
    by_place = sorted(results, key=lambda result: (result.scenario.line, result.scenario.end))
    entries = [entry for result in by_place for entry in result.entries]
    entries.sort(key=lambda entry: (entry.chapter, entry.line))
    return [
        min(same, key=lambda entry: worse.index(entry.verdict))
        for _, same in groupby(entries, key=lambda entry: (entry.chapter, entry.line))
    ]


def entries(chapter: Chapter, results: Iterable[Result], where: Where = "guest") -> list[Entry]:
    """The entries of those blocks of a chapter that the results, or the chapter, decide on;
    `where` these ran."""
    found = defaultdict[int, list[Entry]](list)
    for result in results:
        if result.scenario.chapter == chapter.path:
            for entry in result.entries:
                found[entry.line].append(entry)
    for block in chapter.blocks:
        if block.skip is not None:
            why = Reason("author", {"why": block.skip}), block.line
            found[block.line].append(_entry(chapter.path, block, (block,), "skipped", why))
        elif not block.runs:
            found[block.line].append(_entry(chapter.path, block, (block,), "shown", None))
        elif not block.runs_on(where):
            why = Reason(f"only-on-{block.settings.on}"), block.line
            found[block.line].append(_entry(chapter.path, block, (block,), "skipped", why))
    return [record.chosen(found[line]) for line in sorted(found)]


def update(
    path: Path,
    root: Path,
    chapters: Iterable[Chapter],
    results: Iterable[Result],
    where: Where = "guest",
) -> None:
    """Write what the results say of some chapters of the project `root` into a record; `where` they
    ran.

    What it says of other chapters stays, while they exist; of these chapters' other blocks, what
    is still about a block that they have. Of equal ones that is told by the scenario, or the line.
    """
    results = tuple(results)
    ours = {chapter.path.as_posix(): chapter for chapter in chapters}
    ran = {result.scenario.chapter for result in results}
    at: dict[Path, Where] = {  # what is run on the reader's machine alone has run, where any of it
        one.path: "reader" if one.outfit.readers and one.path in ran else where
        for one in ours.values()
    }
    fresh = [
        entry
        for chapter in ours.values()
        for entry in within_budget(entries(chapter, results, at[chapter.path]), CHAPTER_KEPT)
    ]
    replaced = defaultdict[tuple[str, str], dict[int, tuple[str, ...]]](dict)
    for entry in fresh:
        replaced[entry.chapter, entry.digest][entry.line] = entry.scenario
    there = {
        tuple(block.fence.digest for block in scenario.blocks)
        for chapter in ours.values()
        for section in sections(chapter, at[chapter.path])
        for scenario in section.scenarios
    }

    def stays(entry: Entry) -> bool:
        if entry.chapter not in ours:
            return (root / entry.chapter).exists()
        blocks = ours[entry.chapter].blocks
        by_line = replaced.get((entry.chapter, entry.digest), {})
        others = {one.line for one in blocks if one.fence.digest == entry.digest} - set(by_line)
        is_another = entry.line in others or entry.scenario not in by_line.values()
        return bool(others) and (not by_line or (is_another and entry.scenario in there))

    record.update(path, stays, fresh)
