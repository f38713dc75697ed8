"""Passages: what a reader types in one machine, from top to bottom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.plan.chapter import Block, Chapter
from harness.plan.scenario import Scenario, Section, by_reader, sections


@dataclass(frozen=True, slots=True)
class Passage:
    """The sections of a chapter that a reader plays in one machine, each with its scenarios.

    Terminals go on from one to the next, as all that is left behind does. Within a section the
    scenarios are played together, in the order of the page; each has a renaming of its own.
    `first` is the line of the first block of its sections, be it run or not.
    """

    chapter: Path
    first: int
    sections: tuple[tuple[Scenario, ...], ...]

    @property
    def line(self) -> int:
        return min(scenario.line for scenario in self.scenarios)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        return tuple(scenario for section in self.sections for scenario in section)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks once each, in the order of the page."""
        by_line = {block.line: block for one in self.scenarios for block in one.blocks}
        return tuple(by_line[line] for line in sorted(by_line))

    @property
    def name(self) -> str:
        return f"{self.chapter}:{self.line}"

    def holds(self, chosen: Iterable[Scenario]) -> bool:
        """Whether it has lines of one of the chapter's chosen scenarios, be these run elsewhere."""
        last = self.blocks[-1].fence.end
        return any(one.line <= last and self.first <= one.end for one in chosen)


def passages(chapter: Chapter) -> tuple[Passage, ...]:
    """The passages of a chapter. A new one begins at the word `new`, and after a section that says
    what it `leaves:`; nowhere else does a reader get another machine.

    Raises as `sections` does.
    """
    found: list[list[Section]] = [[]]
    for section in sections(chapter, "reader"):
        if section.new:
            found.append([])
        found[-1].append(section)
        if any(scenario.leaves for scenario in section.scenarios):
            found.append([])
    return tuple(passage for one in found if (passage := _passage(chapter, one)).sections)


def _passage(chapter: Chapter, found: Sequence[Section]) -> Passage:
    first = found[0].line if found else 0
    each = (tuple(map(by_reader, section.scenarios)) for section in found)
    return Passage(chapter.path, first, tuple(filter(None, each)))
