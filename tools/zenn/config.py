"""``config.yaml``, by which Zenn knows the book."""

import re
from pathlib import Path

import yaml

_NUMBERED = re.compile(r"[0-9]+-")


def chapter_names(file: Path) -> tuple[str, ...] | None:
    """Return the names that the file lists as chapters, in order; None if there are none."""
    try:
        data = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    found = data.get("chapters") if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return None
    return tuple(found)


def is_numbered(name: str) -> bool:
    """Tell the name of a chapter, ``02-uts``, from that of a page of the site alone, ``index``."""
    return bool(_NUMBERED.match(name))
