"""From what was played to a verdict for every block."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from harness.compare import Line
from harness.plan.chapter import Block
from harness.plan.scenario import Scenario
from harness.report.words import words
from harness.run.play import Played, Playing

SIGNS = {"same": "  ", "elided": ". ", "missing": "- ", "extra": "+ "}
REMARK = "^ "
_CONTEXT_LINES = 3
_MOST_LINES = 60

Outcome = Literal["passed", "failed", "skipped"]
Transcribed = dict[str, Any]  # JSON


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found of one block. `reason` is one sentence, empty where it has passed.

    `line` is the line of the chapter that the reason is about. `recalled` is the transcript of a
    run that was not made now, but is known from the cache.
    """

    block: Block
    outcome: Outcome
    line: int
    reason: str = ""
    played: tuple[Played, ...] = ()
    recalled: tuple[Transcribed, ...] = ()

    @property
    def transcript(self) -> tuple[Transcribed, ...]:
        """What happened, step by step, as the record has it (see `harness.record`)."""
        return self.recalled or tuple(map(transcribe, self.played))

    @property
    def seconds(self) -> float:
        return float(sum(step["seconds"] for step in self.transcript))


def transcribe(played: Played) -> Transcribed:
    prompt = played.step.entry.prompt
    compared = played.comparison
    return {
        "terminal": played.step.terminal,
        "prompt": str(prompt) if prompt else "",
        "command": played.typed,
        "output": played.output,
        "status": played.status,
        "user": played.user,
        "seconds": round(played.seconds, 3),
        "difference": signed(compared.diff) if compared and not compared.passed else [],
        "values": list(map(asdict, played.values)),
    }


def verdicts(scenario: Scenario, playing: Playing) -> tuple[Verdict, ...]:
    """One verdict for each block of the scenario, in order."""
    played, planned = defaultdict[int, list[Played]](list), Counter[int]()
    for one in playing.played:
        played[one.step.block.line].append(one)
    for step in scenario.steps:
        planned[step.block.line] += 1
    found = {
        block.line: _steps(block, tuple(played[block.line]), planned[block.line], scenario, playing)
        for block in scenario.blocks
    }
    return tuple(
        found[block.line]
        if block.kind not in ("program", "file")
        else _put(scenario, found, playing, block)
        for block in scenario.blocks
    )


def skipped(blocks: Iterable[Block], reason: str) -> tuple[Verdict, ...]:
    """The verdicts of blocks that were not run, for the same reason."""
    return tuple(Verdict(block, "skipped", block.line, reason) for block in blocks)


def _steps(
    block: Block, played: tuple[Played, ...], planned: int, scenario: Scenario, playing: Playing
) -> Verdict:
    if playing.broken and block.line <= playing.broken[0] <= block.fence.end:
        line, why = playing.broken
        return Verdict(block, "failed", line, words(why), played)
    failed = next((one for one in played if not one.passed), None)
    if failed:
        said = words(failed.error) if failed.error else "the output differs"
        return Verdict(block, "failed", failed.step.line, said, played)
    if len(played) < planned or (playing.broken and playing.broken[0] < block.line):
        where = playing.broken[0] if playing.broken else scenario.line
        return Verdict(block, "failed", block.line, f"not reached, because of line {where}", played)
    if lie := _exit_lie(played):
        return Verdict(block, "failed", block.line, lie, played)
    return Verdict(block, "passed", block.line, "", played)


def _exit_lie(played: Sequence[Played]) -> str | None:
    """`exit=1` says that a command of the block ends so; one has to."""
    wanted = played[0].step.settings.exit if played else None
    if wanted is None or any(one.status == wanted for one in played):
        return None
    return f"`exit={wanted}`, but no command of the block has ended with that status"


def _put(
    scenario: Scenario, found: Mapping[int, Verdict], playing: Playing, block: Block
) -> Verdict:
    """A program or file is as good as the commands that use it."""
    own, others = found[block.line], found.values()
    if own.outcome != "passed":
        return own
    users = scenario.runs.get(block.line, ())
    for other in others:
        bad = other.outcome == "failed" and other.line > block.line
        if bad and any(one.step.line in users and not one.passed for one in other.played):
            return Verdict(block, "failed", other.line, other.reason)
    if playing.broken and not any(one.step.line in users for one in playing.played):
        return Verdict(
            block, "failed", block.line, f"not reached, because of line {playing.broken[0]}"
        )
    return own


def hunk(diff: Sequence[Line]) -> tuple[list[Line], int]:
    """The lines to show, and how many more there would be."""
    changed = [i for i, line in enumerate(diff) if line.kind in ("missing", "extra")]
    near = {i + d for i in changed for d in range(-_CONTEXT_LINES, _CONTEXT_LINES + 1)}
    shown = [line for i, line in enumerate(diff) if i in near]
    return shown[:_MOST_LINES], max(0, len(shown) - _MOST_LINES)


def signed(diff: Sequence[Line]) -> list[str]:
    """The hunk as the record has it: each line after its sign, remarks after the line they are on.

    Nothing where nothing differs.
    """
    shown, more = hunk(diff)
    found = []
    for line in shown:
        found.append(SIGNS[line.kind] + line.text)
        if line.note:
            found.append(REMARK + words(line.note))
    return [*found, f"{REMARK}and {more} lines more"] if more else found
