"""Zenn's own renderer and validators, in one Node process a call (zenn.mjs)."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NODE = ("node", "--require", str(FOLDER / "node18.cjs"))


@dataclass(frozen=True, slots=True)
class Answer:
    """HTML of each page, and for each book and chapter what the validators find wrong with it."""

    pages: list[str]
    books: list[list[dict[str, Any]]]
    chapters: list[list[dict[str, Any]]]


def ask(
    pages: Sequence[str] = (),
    books: Sequence[dict[str, Any]] = (),
    chapters: Sequence[dict[str, Any]] = (),
) -> Answer:
    """Render Markdown as zenn.dev does, and validate books and chapters as zenn-cli does."""
    asked = {"pages": list(pages), "books": list(books), "chapters": list(chapters)}
    command = [*NODE, str(FOLDER / "zenn.mjs")]
    run = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return Answer(**json.loads(run.stdout))
