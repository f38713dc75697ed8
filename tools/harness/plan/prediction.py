"""Predictions, as far as runs decide them: an answer may only rest on what is compared."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.compare.shapes import LOCAL, MEASURES, WILDCARD, Unknown, headers, unknowns, wildcards
from zenn.console import Manner, rows
from zenn.model import Document, Mistake
from zenn.predictions import Place, Prediction, predictions

if TYPE_CHECKING:
    from harness.plan.chapter import Block

_ELISIONS = ("...", "（略）")


def with_predictions(document: Document, blocks: tuple["Block", ...]) -> tuple["Block", ...]:
    """The blocks, with what of them is not to become the same in a run (`Block.unlike`).

    Raises Mistake for a place that no run decides: of a block that isn't run, of what is typed or
    elided, a wildcard, a measure, which any value will do for.
    """
    unlike = {}
    varying = [(value.value, value.kind) for block in blocks for value in block.varies]
    for one in predictions(document):
        block = next(block for block in blocks if block.line == one.fence.line)
        kinds = [_kinds(one, place, block, varying) for place in one.places]
        if one.same is None and kinds[0]:
            why = f"`{one.places[0].text}` varies from run to run: no choice can quote it"
            raise Mistake(one.line, f"`predict`: {why}")
        if one.same and kinds[0] != kinds[1]:
            texts = one.places[0].text
            why = f"`{texts}` is of two kinds there, which a run need not have the same"
            raise Mistake(one.line, f"`predict`: {why}")
        if one.same is False:
            unlike[block.line] = one.places[0].text, one.places[1].text
    return tuple(replace(block, unlike=unlike.get(block.line)) for block in blocks)


def _kinds(
    one: Prediction, place: Place, block: "Block", varying: list[tuple[str, str]]
) -> list[tuple[str, int]]:
    """The kinds of the values that vary at a place, and where in it."""
    lines = one.fence.text.split("\n")[:-1]
    line, written = lines[place.number], f"`predict`: `{place.text}`"
    if not block.runs or block.kind not in ("console", "result"):
        raise Mistake(one.line, f"{written} stands in a block that no run compares")
    shown = lines
    if block.kind == "console":
        found = rows(one.fence.text, Manner.of(one.fence.words))
        if found[place.number].kind != "output":
            raise Mistake(one.line, f"{written} is typed, and no output")
        shown = [row.text if row.kind == "output" else "" for row in found]
    if not block.settings.exact and (line.strip() in _ELISIONS or line.strip() == "…"):
        raise Mistake(one.line, f"{written} stands for any lines")
    heads = list(headers(shown))
    # A value that one line tells by its shape means the same in all of them.
    known = varying + [
        (value.value, value.kind)
        for text, head in zip(shown, heads, strict=True)
        for value in unknowns(text, (), _Any(), head)
        if value.kind not in (*MEASURES, *LOCAL)
    ]
    here = list(unknowns(line, known, _Any(), heads[place.number]))
    if not block.settings.exact:
        here += wildcards(line)
    end = place.start + len(place.text)
    here = [value for value in here if value.start < end and place.start < value.end]
    for value in here:
        if value.kind in (*MEASURES, *LOCAL, WILDCARD):
            why = f"another {value.kind} would do for `{value.value}`, so that no run decides it"
            raise Mistake(one.line, f"{written}: {why}")
    return [_relative(value, place) for value in here]


def _relative(value: Unknown, place: Place) -> tuple[str, int]:
    return value.kind, value.start - place.start


class _Any:
    """A command that may be any: what would vary in the output of one is not to be built on."""

    def reads(self, what: re.Pattern[str]) -> bool:
        return bool(what)
