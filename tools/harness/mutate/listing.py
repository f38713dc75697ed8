"""`mutate`: the changes that would have passed, and how many are caught, as a list to be read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.mutate.measure import Measured
from harness.record import Score, Survivor, percent

_AS_CHANGED = {"dropped": "without: ", "doubled": "twice: "}


def show(console: Console, found: Sequence[Measured]) -> None:
    """Print the survivors, what was not measured, and the score."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("line", no_wrap=True)
    for name in ("change", "rule"):
        table.add_column(name, no_wrap=True)
    table.add_column("passes as", overflow="fold")
    for one in found:
        for cells in _rows(one.score):
            table.add_row(*map(Text, cells))
    if table.row_count:
        console.print(table)
    for one in found:
        name = one.score.chapter
        for line in one.unlike:
            sentence = f"{name}:{line}: passed when it ran, and doesn't now: verify it again"
            console.print(sentence, style="red", markup=False, soft_wrap=True)
        for line in one.untold:
            sentence = f"{name}:{line}: not measured: no run of it that has passed is in the record"
            console.print(sentence, style="yellow", markup=False, soft_wrap=True)
    console.print(summary([one.score for one in found]), markup=False, soft_wrap=True)


def _rows(score: Score) -> Iterator[tuple[str, str, str, str]]:
    """A row for the changes of a line that pass by one rule, with the first of them."""

    def alike(one: Survivor) -> tuple[int, str, str]:
        return one.line, one.rule, one.how

    for (line, rule, how), group in groupby(sorted(score.survivors, key=alike), key=alike):
        each = list(group)
        many = f" ×{len(each)}" if len(each) > 1 else ""
        shown = _AS_CHANGED.get(how, "") + (each[0].old if how in _AS_CHANGED else each[0].new)
        yield f"{score.chapter}:{line}", how + many, rule, shown


def summary(scores: Iterable[Score]) -> str:
    """One sentence: how many changes are caught, and what of the others is nobody's choice."""
    caught = tried = 0
    varying = Counter[str]()
    for score in scores:
        caught, tried = caught + score.caught, tried + score.tried
        varying.update(score.varying)
    named = ", ".join(f"{rule} {number}" for rule, number in sorted(varying.items()))
    more = f"; in values that nobody chose {varying.total()} more pass ({named})" if named else ""
    share = percent(caught, tried)
    return f"{caught} of {tried} changes of what the text shows are caught ({share} %){more}"
