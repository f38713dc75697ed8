"""What a rule has found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zenn.lint.book import Shelf
from zenn.model import Document


@dataclass(frozen=True, slots=True)
class Finding:
    """A trap at a line (1-based) of a file: what Zenn would show, and what to write instead."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


Rule = Callable[[Document, Shelf], Iterator[Finding]]
"""Looks through one chapter."""
