"""Every reason that the harness gives has words, and they name what goes with it."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

from harness.report.words import TEMPLATES

HARNESS = Path(__file__).parents[3] / "tools/harness"


def codes() -> Iterator[tuple[str, set[str] | None]]:
    """Codes in the source, as patterns; and what goes with them, where that is written out."""
    for file in HARNESS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Reason"), args=[ast.Constant(str(code)), *named]):
                    yield re.escape(code), _keys(named)
                case ast.Call(func=ast.Name("Reason"), args=[ast.JoinedStr(parts), *_]):
                    yield "".join(map(_pattern, parts)), None


def _keys(named: list[ast.expr]) -> set[str] | None:
    if not named:
        return set()
    keys = named[0].keys if isinstance(named[0], ast.Dict) else [None]
    found = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found if len(found) == len(keys) else None


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z-]+"


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_reason_has_words() -> None:
    for pattern, named in codes():
        worded = [code for code in TEMPLATES if re.fullmatch(pattern, code)]
        assert worded, pattern
        for code in worded:
            assert named is None or placeholders(TEMPLATES[code]) <= named, code
