"""From what was played to an entry of the record for every block."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from harness import record
from harness.compare import Line, Reason, lines_of
from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario
from harness.record import DIFFERS, Entry, Step, Verdict
from harness.run.play import Played, Playing

_CONTEXT_LINES = 3
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that has been dealt with: run in a machine, skipped as a whole, or unchanged since
    it was run (`cached`). It has an entry for each block, in order; `left` names the processes that
    were still there at its end, and died with the machine. `changed` is what of a kernel
    that it shared was different afterwards, so that it was run again with one of its own."""

    scenario: Scenario
    entries: tuple[Entry, ...]
    left: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    cached: bool = False

    @property
    def passed(self) -> bool:
        return all(entry.verdict != "failed" for entry in self.entries)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Run:
    """Where and when a scenario runs (see `Entry`); only when, if there is no machine."""

    machine: str = ""
    kernel: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    date: str = field(default_factory=_now)


def judge(scenario: Scenario, playing: Playing, run: Run) -> Result:
    """What was played in a scenario's machine, or in none that came alive."""
    played = defaultdict[int, list[Played]](list)
    for one in playing.played:
        played[one.step.block.line].append(one)
    planned = Counter(step.block.line for step in scenario.steps)
    steps = {line: tuple(map(transcribe, ours)) for line, ours in played.items()}
    faults = {
        block.line: _fault(block, played[block.line], planned[block.line], scenario, playing)
        for block in scenario.blocks
    }
    entries = []
    for block in scenario.blocks:
        fault = faults[block.line]
        if block.kind == "result" and block.line in scenario.runs:
            fault = _fault_of_output(block, steps, scenario, playing)
        elif block.kind in ("program", "file"):
            fault = fault or _fault_of_use(block, faults, steps, scenario, playing)
        reason, about = fault or (None, None)
        known = {"reason": reason, "about": about, "steps": steps.get(block.line, ())}
        verdict: Verdict = "failed" if fault else "passed"
        known |= asdict(run)
        entries.append(_entry(scenario.chapter, block, scenario.blocks, verdict, **known))
    return Result(scenario, tuple(entries), playing.left)


def skip(scenario: Scenario, reason: Reason) -> Result:
    """The result of a scenario that was not run."""
    entries = (
        _entry(
            scenario.chapter,
            block,
            scenario.blocks,
            "skipped",
            reason=reason,
            about=block.line,
            date=_now(),
        )
        for block in scenario.blocks
    )
    return Result(scenario, tuple(entries))


def transcribe(played: Played) -> Step:
    """A step as the record has it: cleaned as it was for the comparison."""
    exchange, compared = played.step.exchange, played.comparison
    reason, more = played.error, 0
    shown: tuple[Line, ...] = ()
    corrected: tuple[str, ...] = ()
    if compared and not compared.passed:
        reason = reason or Reason(DIFFERS)
        shown, more = hunk(compared.diff)
        corrected = compared.corrected
    return Step(
        line=exchange.line,
        terminal=played.step.terminal,
        prompt=str(exchange.prompt or ""),
        text=exchange.text,
        command=played.typed,
        output_line=exchange.output_line,
        output="".join(f"{line}\n" for line in lines_of(played.output)),
        status=played.status,
        user=played.user,
        seconds=round(played.seconds, 3),
        reason=reason,
        difference=shown,
        more=more,
        corrected=corrected,
        values=played.values,
    )


def hunk(diff: Sequence[Line]) -> tuple[tuple[Line, ...], int]:
    """The lines of a diff that differ, and a few around them; and how many more there would be."""
    changed = [i for i, line in enumerate(diff) if line.kind in ("missing", "extra")]
    near = {i + d for i in changed for d in range(-_CONTEXT_LINES, _CONTEXT_LINES + 1)}
    shown = tuple(line for i, line in enumerate(diff) if i in near)
    return shown[:_MOST_LINES], max(0, len(shown) - _MOST_LINES)


Fault = tuple[Reason, int]
"""Why a block has failed, and which line of the chapter that is about."""


def _fault(
    block: Block, played: Sequence[Played], planned: int, scenario: Scenario, playing: Playing
) -> Fault | None:
    broken = playing.broken
    if broken and block.line <= broken[0] <= block.fence.end:
        return broken[1], broken[0]
    if failed := next((one for one in played if not one.passed), None):
        return failed.error or Reason(DIFFERS), failed.step.line
    if len(played) < planned or (broken and broken[0] < block.line):
        return _not_reached(broken[0] if broken else scenario.line), block.line
    # `exit=1` says that a command of the block ends so; one has to.
    wanted = played[0].step.settings.exit if played else None
    if wanted is not None and all(one.status != wanted for one in played):
        return Reason("exit-unmet", {"status": wanted}), block.line
    return None


def _fault_of_use(
    block: Block,
    faults: Mapping[int, Fault | None],
    steps: Mapping[int, Sequence[Step]],
    scenario: Scenario,
    playing: Playing,
) -> Fault | None:
    """A program or file is as good as the commands that use it."""
    users = scenario.runs.get(block.line, ())
    using = {line: [s for s in ours if s.line in users] for line, ours in steps.items()}
    for line, fault in faults.items():
        if fault and fault[1] > block.line and not all(s.passed for s in using.get(line, ())):
            return fault
    if playing.broken and not any(using.values()):
        return _not_reached(playing.broken[0]), block.line
    return None


def _fault_of_output(
    block: Block, steps: Mapping[int, Sequence[Step]], scenario: Scenario, playing: Playing
) -> Fault | None:
    """The output of a console block's last step is as good as that."""
    (line,) = scenario.runs[block.line]
    step = next((s for ours in steps.values() for s in ours if s.line == line), None)
    if step:
        return (step.reason, line) if step.reason else None
    return _not_reached(playing.broken[0] if playing.broken else scenario.line), block.line


def _not_reached(line: int) -> Reason:
    return Reason("not-reached", {"line": line})


def _entry(
    path: Path, block: Block, scenario: Iterable[Block], verdict: Verdict, **known: Any
) -> Entry:
    return Entry(
        chapter=path.as_posix(),
        line=block.line,
        title=f"{block.fence.language} {block.fence.title}".strip(),
        digest=block.fence.digest,
        scenario=tuple(one.fence.digest for one in scenario),
        kind=block.kind,
        verdict=verdict,
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


def entries(chapter: Chapter, results: Iterable[Result]) -> list[Entry]:
    """The entries of those blocks of a chapter that the results, or the chapter, decide on."""
    found = defaultdict[int, list[Entry]](list)
    for result in results:
        if result.scenario.chapter == chapter.path:
            for entry in result.entries:
                found[entry.line].append(entry)
    for block in chapter.blocks:
        if not block.runs:
            verdict: Verdict = "shown"
            known: dict[str, Any] = {}
            if block.skip is not None:
                verdict = "skipped"
                known = {"reason": Reason("author", {"why": block.skip}), "about": block.line}
            found[block.line].append(_entry(chapter.path, block, (block,), verdict, **known))
    return [record.chosen(found[line]) for line in sorted(found)]


def update(path: Path, root: Path, chapters: Iterable[Chapter], results: Iterable[Result]) -> None:
    """Write what the results say of some chapters of the project `root` into a record.

    What it says of other chapters stays, while they exist; of these chapters' other blocks, what
    is still about a block that they have.
    """
    results = tuple(results)
    ours = {chapter.path.as_posix(): chapter for chapter in chapters}
    fresh = [entry for chapter in ours.values() for entry in entries(chapter, results)]
    replaced = {(entry.chapter, entry.digest) for entry in fresh}

    def stays(entry: Entry) -> bool:
        if entry.chapter not in ours:
            return (root / entry.chapter).exists()
        digests = {block.fence.digest for block in ours[entry.chapter].blocks}
        return entry.digest in digests and (entry.chapter, entry.digest) not in replaced

    record.update(path, stays, fresh)
