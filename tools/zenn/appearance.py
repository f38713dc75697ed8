"""How a code block looks: words of its info string that only the site's readers notice.

linenos       its lines are numbered
hl=3-5,8      these lines stand out, counted from 1
"""

import re
from dataclasses import dataclass
from pathlib import Path

from zenn.infostring import is_appearance
from zenn.model import ChapterError, Fence

_RANGES = re.compile(r"[1-9]\d*(?:-[1-9]\d*)?(?:,[1-9]\d*(?:-[1-9]\d*)?)*")


@dataclass(frozen=True, slots=True)
class Appearance:
    """Whether lines are numbered, and which of them stand out (from 1)."""

    numbered: bool = False
    highlighted: tuple[int, ...] = ()


def appearance(fence: Fence, path: Path) -> Appearance:
    """Read the words of `fence`; `path` names its chapter.

    Raises `ChapterError` for lines that are no lines of the block.
    """
    highlighted: list[int] = []
    for word in filter(is_appearance, fence.words):
        name, _, lines = word.partition("=")
        if name == "hl":
            highlighted += _lines(lines, fence, path)
    return Appearance("linenos" in fence.words, tuple(sorted(set(highlighted))))


def _lines(written: str, fence: Fence, path: Path) -> list[int]:
    if not _RANGES.fullmatch(written):
        raise ChapterError(
            path,
            fence.line,
            f"`hl={written}`: write lines of the block, as in `hl=3` or `hl=3-5,8`",
        )
    last = fence.text.count("\n")
    found: list[int] = []
    for part in written.split(","):
        first, _, end = part.partition("-")
        found += range(int(first), int(end or first) + 1)
    if not found or max(found) > last:
        raise ChapterError(path, fence.line, f"`hl={written}`: the block has lines 1 to {last}")
    return found
