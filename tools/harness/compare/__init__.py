"""Is an output what the text shows? Lines, values that vary, and the diff where it is not."""

from harness.compare.expectation import Comparison, Expectation, Line, Pair, lines_of
from harness.compare.pattern import ELISIONS
from harness.compare.renaming import Reason, Renaming, TooCostlyError, Value, Varying

__all__ = [
    "ELISIONS",
    "Comparison",
    "Expectation",
    "Line",
    "Pair",
    "Reason",
    "Renaming",
    "TooCostlyError",
    "Value",
    "Varying",
    "lines_of",
]
