"""The YAML at the head of a chapter, between two lines ``---``."""

import re
from typing import Any

import yaml

from zenn.model import Mistake

_BLOCK = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def split_front_matter(text: str) -> tuple[str, str]:
    """Cut `text` into its front matter, both fences included, and the rest ("" and all if none)."""
    found = _BLOCK.match(text)
    end = found.end() if found else 0
    return text[:end], text[end:]


def parse_front_matter(block: str) -> dict[str, Any]:
    """Read what `split_front_matter` cut off; `Mistake` names the line YAML stumbles on."""
    found = _BLOCK.match(block)
    if not found:
        return {}
    try:
        data = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError) as error:
        raise _complaint(error) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Mistake(2, "the front matter is not a mapping; write lines `key: value`")
    return data


def _complaint(error: Exception) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 2 if mark else 2
    problem = getattr(error, "problem", None) or str(error)
    return Mistake(
        line, f"the front matter is not YAML ({problem}); quote a value that holds `:` or `#`"
    )
