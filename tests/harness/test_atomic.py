"""A file is replaced whole, or stays as it was, and nothing lies beside it."""

import os
from pathlib import Path
from typing import Any

import pytest
from entries import entry
from processes import python

from harness import atomic, record

CALLS = ("open", "fchmod", "fsync", "link", "replace")


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


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_at_any_call_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, name: str, number: int, error: BaseException
) -> None:
    path = tmp_path / "x.md"
    path.write_text("old")
    real, calls = getattr(os, name), 0

    def fail(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise error
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, name, fail)
        try:
            atomic.write(path, b"new")
        except (OSError, KeyboardInterrupt):
            assert calls == number
    assert path.read_text() in ("old", "new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_call_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, name: str, after: bool
) -> None:
    path = tmp_path / "x.md"
    path.write_text("old")
    killed = python(
        "-c",
        "import os, sys\n"
        "from pathlib import Path\n"
        "from harness import atomic\n"
        f"real = os.{name}\n"
        "def kill(*arguments, **named):\n"
        f"    {'real(*arguments, **named)' if after else ''}\n"
        "    os.kill(os.getpid(), 9)\n"
        f"os.{name} = kill\n"
        "atomic.write(Path(sys.argv[1]), b'new')\n",
        str(path),
    )
    assert killed.returncode == -9
    assert path.read_text() in ("old", "new")
    atomic.write(path, b"newer")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"x.md": "newer"}


def test_a_record_that_can_not_be_written_is_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "verification.json"
    record.write(file, [entry()])
    before = file.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        record.write(file, [])
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_who_is_not_to_wait_for_a_directory_is_told(tmp_path: Path) -> None:
    second = atomic.locked(tmp_path, wait=False)
    with atomic.locked(tmp_path), pytest.raises(atomic.HeldError):
        second.__enter__()
    with atomic.locked(tmp_path, wait=False):
        assert list(tmp_path.iterdir()) == []
