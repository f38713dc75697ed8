"""Which line of a run belongs to which line of the text, where not all of them agree."""

from collections.abc import Sequence

from harness.compare.pattern import TextLine
from harness.compare.renaming import Renaming

_TABLE_LIMIT = 40_000  # cells of the alignment table


Pair = tuple[int | None, int | None]
"""A line of the text and the line of the run that belongs to it. An elision comes alone first, and
then with each line that it stands for; None is where the other side has nothing."""


def align(expected: Sequence[TextLine], actual: Sequence[str], renaming: Renaming) -> list[Pair]:
    """The alignment of what is left between the lines that agree at both ends."""

    def agrees(at: int, to: int) -> bool:
        match = expected[at].pattern(renaming).match(actual[to], renaming)
        return not expected[at].elided and match is not None and match.bind(renaming) is None

    shorter = min(len(expected), len(actual))
    head = 0
    while head < shorter and agrees(head, head):
        head += 1
    tail = 0
    while tail < shorter - head and agrees(len(expected) - 1 - tail, len(actual) - 1 - tail):
        tail += 1
    rows, columns = len(expected) - tail, len(actual) - tail
    inner = _align_all(expected[head:rows], actual[head:columns], renaming)
    return [
        *((place, place) for place in range(head)),
        *(
            (None if at is None else at + head, None if to is None else to + head)
            for at, to in inner
        ),
        *((rows + place, columns + place) for place in range(tail)),
    ]


def _align_all(
    expected: Sequence[TextLine], actual: Sequence[str], renaming: Renaming
) -> list[Pair]:
    rows, columns = len(expected), len(actual)
    if columns > (keep := max(2, _TABLE_LIMIT // max(1, rows))):
        return _align_ends(expected, actual, renaming, keep // 2)
    elided = [line.elided for line in expected]
    worths = [_worths(line, actual, renaming) for line in expected]
    # best[at][to]: the worth of the best alignment of what follows. An elision stays for the next.
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for at in range(rows - 1, -1, -1):
        for to in range(columns, -1, -1):
            score = best[at + 1][to]
            if to < columns:
                together = best[at + (not elided[at])][to + 1] + worths[at][to]
                score = max(score, best[at][to + 1], together)
            best[at][to] = score
    pairs: list[Pair] = []
    at = to = 0
    announced = -1
    while at < rows or to < columns:
        if at < rows and elided[at] and announced < at:
            pairs.append((at, None))
            announced = at
        step = at + (not elided[at]) if at < rows else rows
        if at < rows and to < columns and best[at][to] == best[step][to + 1] + worths[at][to]:
            pairs.append((at, to))
            at, to = step, to + 1
        elif at < rows and best[at][to] == best[at + 1][to]:
            if not elided[at]:
                pairs.append((at, None))
            at += 1
        else:
            pairs.append((None, to))
            to += 1
    return pairs


def _worths(line: TextLine, actual: Sequence[str], renaming: Renaming) -> list[float]:
    """What it is worth to pair a line of the text with each of the run's."""
    if line.elided:
        return [0.001] * len(actual)  # a line under an elision is rather elided than extra
    pattern, mark = line.pattern(renaming), renaming.mark()
    found = []
    for other in actual:
        match = pattern.match(other, renaming)
        # A line that became another stands in its place, rather than under an elision beside it.
        found.append(0.002 if match is None else 0.6 if match.bind(renaming) else 1.0)
        renaming.back_to(mark)
    return found


def _align_ends(
    expected: Sequence[TextLine], actual: Sequence[str], renaming: Renaming, keep: int
) -> list[Pair]:
    """The alignment of so much output that only its beginning and its end are looked at.

    What lies between is elided where the text elides anything, else it is extra.
    """
    skipped = len(actual) - 2 * keep
    pairs = _align_all(expected, [*actual[:keep], *actual[-keep:]], renaming)
    found = [(at, to if to is None or to < keep else to + skipped) for at, to in pairs]
    if any(line.elided for line in expected):
        return found
    place = next(
        (i for i, (_, to) in enumerate(pairs) if to is not None and to >= keep), len(pairs)
    )
    between: list[Pair] = [(None, to) for to in range(keep, keep + skipped)]
    return [*found[:place], *between, *found[place:]]
