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


def test_what_a_kill_has_left_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("old")
    (tmp_path / ".x.md.new").write_text("left")
    atomic.write(path, b"new")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"x.md": "new"}


def test_who_is_not_to_wait_for_a_directory_is_told(tmp_path: Path) -> None:
    second = atomic.locked(tmp_path, wait=False)
    with atomic.locked(tmp_path), pytest.raises(atomic.HeldError):
        second.__enter__()
    with atomic.locked(tmp_path, wait=False):
        assert list(tmp_path.iterdir()) == []
