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
    """What a shell says of a line in which ``run`` is run_snippets.py, ``zenn`` that of Zenn.

    They get no more memory than a small machine has.
    """
    run = f'ulimit -v 8000000; run() {{ "{sys.executable}" "{TOOL}" "$@"; }}; '
    run += f'zenn() {{ "{sys.executable}" -m zenn "$@"; }}; {line}'
    env = os.environ | environment
    command = ["unshare", "--mount", "bash", "-c", run]
    return subprocess.run(command, cwd=book, env=env, capture_output=True, encoding="utf-8")


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
        ("mkdir x; cd x; rmdir ../x; run list", 2, "that this was called in is no more\n"),
        ("mkdir x; cd x; rmdir ../x; zenn lint", 1, "that this was called in is no more\n"),
        ("run list /dev/zero", 2, "can't be read: it is no file, but a device or a pipe\n"),
        ("mkfifo x.md; run list x.md", 2, "can't be read: it is no file, but a device or a pipe\n"),
        ("truncate -s 4G x.md; run list x.md", 2, "can't be read: it is larger than 256 KiB\n"),
        ("ln -sf /dev/zero docs/a.md; run list", 2, "put the file itself there\n"),
        ("zenn lint >/dev/full", 1, "writing: No space left on device\n"),
        ("zenn lint >&-", 1, ""),
        ("zenn lint | true; exit ${PIPESTATUS[0]}", 1, ""),
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


HOSTS = {
    "read-only": ("mount --bind . .; mount -o remount,bind,ro .; cd $PWD", "Read-only file system"),
    "full": (
        "cp docs/a.md x; mkdir build; mount -t tmpfs -o nr_inodes=1 t build;"
        "mount -t tmpfs -o size=8k t docs; cp x docs/a.md; head -c 8k </dev/zero >docs/x",
        "No space left on device",
    ),
}


@pytest.mark.parametrize("name", HOSTS)
def test_what_can_not_be_written_is_said_beside_the_verdict(book: Path, name: str) -> None:
    host, why = HOSTS[name]
    text = "```console\n$ hostname\nx\n```\n"
    (book / "docs/a.md").write_text(text)
    line = f"{host}; run update --backend namespaces; echo $?; cat docs/a.md; ls -A docs build"
    done = shell(book, line)
    said, failed, rest = done.stdout.partition("\n1\n")
    assert failed
    assert f"{book}/build/verification.json: not written: {why}\n" in said
    assert f"{book}/docs/a.md: not written: {why}\n" in said
    assert "+ unshared" in said
    assert rest.startswith(text)
    assert ".new" not in rest
    assert "Traceback" not in done.stderr


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
