"""Which wrong texts a run would give away: texts with the record of a run, nothing run again."""

from collections.abc import Callable, Sequence

import entries
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.compare import ELISIONS
from harness.mutate.changes import of_line
from harness.mutate.listing import summary
from harness.mutate.measure import Measured, measure
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.record import Entry

Make = Callable[[str], Chapter]


def ran(chapter: Chapter, *outputs: str, typed: Sequence[str] = ()) -> list[Entry]:
    """A record of the chapter's only scenario: what each step showed, and what was typed if that
    is not what the text has."""
    (scenario,) = scenarios(chapter)
    lines = [step.line for step in scenario.steps]
    digests = tuple(block.fence.digest for block in scenario.blocks)
    commands = typed or [step.exchange.text for step in scenario.steps]
    shown = dict(zip(lines, zip(commands, outputs, strict=True), strict=True))
    return [
        entries.of(
            block.fence,
            chapter=chapter.path.as_posix(),
            kind=block.kind,
            scenario=digests,
            steps=tuple(
                entries.step(shown[step.line][0], shown[step.line][1], line=step.line)
                for step in scenario.steps
                if step.block.line == block.line
            ),
        )
        for block in scenario.blocks
    ]


def measured(chapter: Chapter, *outputs: str, typed: Sequence[str] = ()) -> Measured:
    return measure(chapter, scenarios(chapter), ran(chapter, *outputs, typed=typed))


def passing(found: Measured) -> list[tuple[int, str, str]]:
    assert not found.untold
    assert not found.unlike
    return [(one.line, one.how, one.rule) for one in found.score.survivors]


def test_of_a_text_that_is_literal_every_change_is_caught(chapter: Make) -> None:
    shown = "total 12\n  drwx a\n  drwx a\nend 007\n"
    found = measured(chapter(f"~console\n$ ls\n{shown}$ true\n~\n"), shown, "")
    assert passing(found) == []
    assert found.score.varying == {}
    assert found.score.caught == found.score.tried > 20
    assert "(100.0 %)" in summary([found.score])


LINES = st.lists(st.text("abc12 .", min_size=1).filter(str.strip), min_size=1, max_size=6)


@given(LINES.filter(lambda lines: not ELISIONS & {line.strip() for line in lines}))
def test_of_any_literal_lines_every_change_is_caught(lines: list[str]) -> None:
    from harness.plan.chapter import from_document  # the fixture would be shared by all examples
