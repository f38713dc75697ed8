"""A file is replaced whole, or stays as it was, and nothing lies beside it."""

from pathlib import Path

import pytest

from harness import atomic


def test_a_file_is_replaced_with_the_mode_asked_for_or_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("old")
    atomic.write(path, b"new", 0o640)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert list(tmp_path.iterdir()) == [path]
    path.unlink()
    path.mkdir()  # which can't be replaced
    with pytest.raises(OSError, match=r"x\.md"):
        atomic.write(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
