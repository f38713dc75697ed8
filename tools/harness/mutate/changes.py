"""The changes that are made to what a text shows, one at a time."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from harness.compare.renaming import another
from harness.compare.shapes import Unknown
from harness.record import How


@dataclass(frozen=True, slots=True)
class Change:
    """Lines in place of one; of that, `begin` to `end` are what is another."""

    how: How
    begin: int
    end: int
    lines: tuple[str, ...]


def of_line(line: str, elided: bool) -> Iterator[Change]:
    """One letter of each word another, each digit another, a space more in each gap; the line
    dropped, and doubled. An elision is only dropped: doubled it says the same.
    """
    yield Change("dropped", 0, len(line), ())
    if elided:
        return
    yield Change("doubled", 0, len(line), (line, line))
    for word in re.finditer(r"[^\W\d_]+", line):
        sign = line[word.start()]
        other = {"z": "a", "Z": "A"}.get(sign) or chr(ord(sign) + 1)
        yield _put("letter", line, word.start(), word.start() + 1, other)
    for digit in re.finditer("[0-9]", line):
        yield _put("digit", line, *digit.span(), str((int(digit[0]) + 1) % 10))
    for gap in re.finditer(r"(?:^|(?<=\S)) +(?=\S)", line):
        yield _put("space", line, *gap.span(), f"{gap[0]} ")


def of_value(line: str, value: Unknown, all_of_kind: Collection[str]) -> Iterator[Change]:
    """A value of a line made equal to one that is another, and different from its equals.

    `all_of_kind` are the values of its kind in the scenario, as often as they stand there.
    """
    for other in all_of_kind:
        if other != value.value:
            yield _put("equal", line, value.start, value.end, other)
            break
    if list(all_of_kind).count(value.value) > 1:
        new = value.value
        while new in all_of_kind:
            new = another(new)
        yield _put("different", line, value.start, value.end, new)


def _put(how: How, line: str, begin: int, end: int, new: str) -> Change:
    return Change(how, begin, end, (line[:begin] + new + line[end:],))
