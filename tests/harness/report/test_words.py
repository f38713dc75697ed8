"""Every reason that the harness gives has words, and they name what goes with it."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

from harness.report.words import TEMPLATES

HARNESS = Path(__file__).parents[3] / "tools/harness"


def codes() -> Iterator[tuple[str, set[str] | None]]:
    """Codes in the source, as patterns; and what goes with them, where that is written out.

    What goes with the others is said in the tests of run/.
    """
    for file in HARNESS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Reason"), args=[code, *named]):
                    yield from ((pattern, _keys(named)) for pattern in _patterns(code))


def _patterns(code: ast.expr) -> list[str]:
    match code:
        case ast.Constant(str(text)):
            return [re.escape(text)]
        case ast.IfExp(body=one, orelse=other):
            return _patterns(one) + _patterns(other)
        case ast.JoinedStr(parts):
            fixed = (
                isinstance(part, ast.Constant) and re.escape(str(part.value)) for part in parts
            )
            return ["".join(text or "[a-z-]+" for text in fixed)]
    return []


def _keys(named: list[ast.expr]) -> set[str] | None:
    if not named:
        return set()
    keys = named[0].keys if isinstance(named[0], ast.Dict) else [None]
    found = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found if len(found) == len(keys) else None


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_reason_has_words() -> None:
    for pattern, named in codes():
        worded = [code for code in TEMPLATES if re.fullmatch(pattern, code)]
        assert worded, pattern
        for code in worded:
            assert named is None or placeholders(TEMPLATES[code]) <= named, code
