"""Whether a line of a run fits a line of the text: the same but for the values that vary."""

import re
from dataclasses import dataclass

from harness.compare.renaming import Renaming, Unknown


@dataclass(frozen=True, slots=True)
class Match:
    """How a line of the run fits one of the text: the values, where they begin in the run's line,
    and the text between them."""

    values: tuple[tuple[Unknown, str], ...]
    columns: tuple[int, ...]
    between: tuple[tuple[str, str], ...]


def fit(text: str, line: str, renaming: Renaming, slack: bool) -> Match | None:
    """Fit a line by shape alone. `slack` lets runs of spaces differ, for columns that a value of
    another width has shifted."""
    unknowns = renaming.unknowns(text)
    if not unknowns and text == line:
        return Match((), (), ((text, line),))
    cuts = [0, *(place for u in unknowns for place in (u.start, u.end)), len(text)]
    literals = [text[cuts[i] : cuts[i + 1]] for i in range(0, len(cuts), 2)]
    pattern = _literal(literals[0], slack, first=True)
    for unknown, literal in zip(unknowns, literals[1:], strict=True):
        pattern += f"({unknown.shape})" + _literal(literal, slack)
    found = re.fullmatch(pattern, line)
    if not found:
        return None
    ends = [0, *(place for i in range(len(unknowns)) for place in found.span(i + 1)), len(line)]
    theirs = [line[ends[i] : ends[i + 1]] for i in range(0, len(ends), 2)]
    values = tuple(zip(unknowns, found.groups(), strict=True))
    columns = tuple(ends[1:-1:2])
    return Match(values, columns, tuple(zip(literals, theirs, strict=True)))


def _literal(text: str, slack: bool, first: bool = False) -> str:
    if not slack:
        return re.escape(text)
    pattern = " +".join(re.escape(piece) for piece in re.split(" +", text))
    return " *" + pattern.removeprefix(" +") if first else pattern


def conflict(text: str, line: str, renaming: Renaming, slack: bool) -> str | None:
    """Empty if the run's line agrees with the text's, and then its values are bound.

    None if it has another shape; else why the values don't correspond.
    """
    match = fit(text, line, renaming, slack)
    if match is None:
        return None
    trial = renaming.copy()
    for unknown, value in match.values:
        if why := trial.bind(unknown.kind, unknown.value, value):
            return why
    renaming.adopt(trial)
    return ""
