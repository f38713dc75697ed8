"""What is known of each block of a chapter: the verdict that its badge shows."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness import record
from harness.record import Entry
from zenn.model import Document, Fence

Verdict = Literal[record.Verdict, "unverified"]


@dataclass(frozen=True, slots=True)
class Badge:
    """The verdict on one block, and the record's entry on it as it is now, if there is one.

    `changed`: there was one before the chapter was edited.
    """

    verdict: Verdict
    entry: Entry | None = None
    changed: bool = False


def badges(document: Document, chapter: str, known: Sequence[Entry]) -> tuple[Badge, ...]:
    """Return a badge for each of ``document.fences``; `chapter` is how the record names it.

    An entry speaks of the fence with its digest, while every block of its scenario still stands in
    the chapter; blocks that are equal take equal entries in their order.
    """
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
