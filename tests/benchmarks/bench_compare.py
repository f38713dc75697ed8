"""What a comparison costs: with twice the lines, and beside difflib where nearly all lines differ.

An output of 2,000 lines with 200 inodes and an elision is compared, then one of 4,000: each line is
to be compiled once, so that the cost grows with the lines. A difference of 200 lines to 200 others
is beside that of `difflib.ndiff`, which pairs similar lines, too, but knows of no values that vary.

Exit status 1 if twice the lines cost over three times as much, or a difference more than difflib's.
"""

import difflib
import sys
from functools import partial
from statistics import median

from meter import in_turn, seconds

from harness.compare import Expectation, Renaming

ROUNDS = 7
LINES = 2000


def table(lines: int, first: int, end: str = "") -> list[str]:
    """Rows of which every tenth has an inode."""
    return [
        f"{f'uts:[{first + row}]' if row % 10 == 0 else '-'} row {row} of the table{end}"
        for row in range(lines)
    ]


def compared(lines: int) -> None:
    text = table(lines, 4026531838)
    text[lines // 4 : -lines // 4] = ["..."]
    assert Expectation(text).compare(table(lines, 17), Renaming()).passed


def differing() -> None:
    text, run = table(200, 4026531838), table(200, 17, " now")
    assert not Expectation(text).compare(run, Renaming()).passed


def difflibs() -> None:
    list(difflib.ndiff(table(200, 4026531838), table(200, 17, " now")))


def main() -> int:
    calls = {
        "once": lambda: compared(LINES),
        "twice": lambda: compared(2 * LINES),
        "ours": differing,
        "difflib's": difflibs,
    }
    taken = in_turn({name: partial(seconds, call) for name, call in calls.items()}, ROUNDS)
    once, twice, ours, theirs = (median(taken[name]) for name in calls)
    print(f"{LINES} lines {once * 1e3:.0f} ms, {2 * LINES} lines {twice * 1e3:.0f} ms", end="")
    print(f"  ratio {twice / once:.2f}  (at most 3)")
    print(f"a difference {ours * 1e3:.0f} ms, difflib's {theirs * 1e3:.0f} ms", end="")
    print(f"  ours / difflib's {ours / theirs:.2f}  (at most 1)")
    return twice > 3 * once or ours > theirs


if __name__ == "__main__":
    sys.exit(main())
