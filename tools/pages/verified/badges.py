"""What is known of each block of a chapter: the verdict that its badge shows."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness import record
from harness.record import Entry
from zenn.model import Document, Fence

Verdict = Literal[record.Verdict, "unverified"]
Usual = tuple[str, str]
"""The kernel and the kind of machine that most blocks of a page ran on; empty if none did."""


@dataclass(frozen=True, slots=True)
class Badge:
    """The verdict on one block, and the record's entry on it as it is now, if there is one.

    `changed`: there was one before the chapter was edited. `reader` is what was found of it when
    its chapter was played from top to bottom, if any was.
    """

    verdict: Verdict
    entry: Entry | None = None
    changed: bool = False
    reader: "Badge | None" = None

    @property
    def ran(self) -> bool:
        return self.entry is not None and self.entry.ran


def with_reader(badge: Badge, reader: Badge) -> Badge:
    """A badge that says also what `reader` does; that alone where only there it has run."""
    return reader if reader.ran and not badge.ran else replace(badge, reader=reader)


def usual_of(badges: Sequence[Badge]) -> Usual:
    """Where most of what passed has run."""
    each = (one.entry for one in badges if one.verdict == "passed")
    ran = Counter((entry.kernel, entry.machine) for entry in each if entry)
    return ran.most_common(1)[0][0] if ran else ("", "")


def badges(
    document: Document, chapter: str, known: Sequence[Entry], of_reader: Sequence[Entry] = ()
) -> tuple[Badge, ...]:
    """Return a badge for each of ``document.fences``; `chapter` is how the record names it.

    `of_reader` is the record of chapters that were played from top to bottom.


    An entry speaks of the fence with its digest, while every block of its scenario still stands in
    the chapter; blocks that are equal take equal entries in their order.
    """
    if of_reader:
        both = badges(document, chapter, known), badges(document, chapter, of_reader)
        return tuple(map(with_reader, *both))
    present = {fence.digest for fence in document.fences}
    of_block: defaultdict[str, deque[Entry]] = defaultdict(deque)
    entries = [entry for entry in known if entry.chapter == chapter]
    for entry in entries:
        of_block[entry.digest].append(entry)
    return tuple(
        _badge(fence, of_block[fence.digest], present, verified_before=bool(entries))
        for fence in document.fences
    )


def _badge(fence: Fence, known: deque[Entry], present: set[str], *, verified_before: bool) -> Badge:
    entry = known.popleft() if known else None
    if entry and present.issuperset(entry.scenario):
        return Badge(entry.verdict, entry)
    if fence.kind == "shown":
        return Badge("shown")
    return Badge("unverified", changed=verified_before)
