"""A host that has no room, no home or nobody who listens gets one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import atomic
from harness.cli.update import _alone_in
from zenn.book import ProjectError

TOOL = Path(__file__).parents[2] / "tools/run_snippets.py"
TEXT = "# a\n\n```text:\u202ename\n\u2066x\n```\n\n```console\n$ true\n```\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text(TEXT, "utf-8")
    return tmp_path


def shell(book: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell says of a line in which ``run`` is run_snippets.py."""
    run = f'run() {{ "{sys.executable}" "{TOOL}" "$@"; }}; {line}'
    env = os.environ | environment
    return subprocess.run(
        ["bash", "-c", run], cwd=book, env=env, capture_output=True, encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("run list >/dev/full", 2, "writing: No space left on device\n"),
        ("run list --json >/dev/full", 2, "writing: No space left on device\n"),
        ("run list >&-", 0, ""),
        ("run list --json >&- 2>&-", 0, ""),
        ("run list --json | true; exit ${PIPESTATUS[0]}", 0, ""),
        ("HOME=nowhere run --backend namespaces", 2, "no home: set HOME, or XDG_CACHE_HOME\n"),
        ("HOME=/dev/null run --backend namespaces", 2, "Not a directory\n"),
    ],
)
def test_one_sentence_says_what_is_wrong(book: Path, line: str, status: int, said: str) -> None:
    done = shell(book, line, XDG_CACHE_HOME="")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    # Who listens no more may have gone before or after all was said.
    assert done.returncode == status or ("| true" in line and done.returncode == 141)
    assert done.stderr.endswith(said)
    assert done.stderr.count("\n") <= 2


def test_a_list_hides_nothing(book: Path) -> None:
    found = json.loads(shell(book, "run list --json").stdout)
    assert found[0]["title"] == "\u202ename"
    for words in ("run list", "run list --json"):
        said = shell(book, words).stdout
        assert "\u202e" not in said
        assert "\\u202e" in said


def test_of_two_updates_the_second_is_told(tmp_path: Path) -> None:
    with atomic.locked(tmp_path), pytest.raises(ProjectError, match="another update is changing"):
        _alone_in([tmp_path]).__enter__()
    with _alone_in([tmp_path]):
        assert list(tmp_path.iterdir()) == []
