"""What of a comparison is worth showing: the lines that differ, and a few around them."""

from collections.abc import Sequence

from harness.compare.expectation import Line

SIGNS = {"same": "  ", "elided": ". ", "missing": "- ", "extra": "+ "}
REMARK = "^ "
_CONTEXT_LINES = 3
_MOST_LINES = 60


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
            found.append(REMARK + line.note)
    return [*found, f"{REMARK}and {more} lines more"] if more else found
