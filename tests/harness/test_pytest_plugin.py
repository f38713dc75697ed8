"""The book under pytest: what people do with tests works with scenarios."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from absent import without

ONE = """\
## 一つ目

~console
$ hostname
unshared
~

## 二つ目

~python:x.py
print("ok")
~

~text:実行結果
ok
~

~console
$ python3 x.py
ok
~
"""
OTHER = """\
## Rust の std::thread

~console:端末A
$ hostname
else
~

## 三つ目

~console vm
$ hostname
unshared
~
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "snippets").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    (tmp_path / "README.md").write_text("```console\n$ false\n```\n")
    write(tmp_path, "01-a.md", ONE)
    write(tmp_path, "02-b.md", OTHER)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    (project / "docs" / name).write_text(text.replace("~", "```"))


Run = Callable[..., "Ran"]


class Ran:
    """A run of pytest: its exit status, and its lines."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.text = done.stdout + done.stderr
        self.lines = self.text.splitlines()

    def counts(self, *said: str) -> bool:
        return all(one in self.lines[-1] for one in said)


@pytest.fixture
def run(project: Path) -> Run:
    def call(*words: str, before: Sequence[str] = (), **changed: str) -> Ran:
        command = [*before, sys.executable, "-m", "pytest", "-q", *words]
        env = os.environ | changed
        return Ran(subprocess.run(command, cwd=project, env=env, capture_output=True, text=True))

    return call


@pytest.fixture
def book(run: Run) -> Run:
    def call(*words: str, before: Sequence[str] = (), **changed: str) -> Ran:
        plugin = ("-p", "harness.pytest_plugin", "--book-backend", "namespaces")
        return run(*plugin, *words, before=before, **changed)

    return call


def test_every_scenario_of_docs_is_a_test(book: Run) -> None:
    assert book("--collect-only").lines[:5] == [
        "docs/01-a.md::3 一つ目",
        "docs/01-a.md::10-16 二つ目",
        "docs/01-a.md::10-21 二つ目",
        "docs/02-b.md::3 Rust の std:thread",
        "docs/02-b.md::10 三つ目",
    ]


def test_a_failure_shows_its_place_the_command_and_the_diff(book: Run) -> None:
    ran = book("docs/02-b.md", "-k", "Rust")
    assert ran.status == 1
    assert (
        "FAILED docs/02-b.md:4 the output differs\n  $ hostname\n    5 - else\n      + unshared\n"
    ) in ran.text
    assert "Traceback" not in ran.text
    assert "pytest_plugin.py" not in ran.text


def test_k_selects_by_section_and_x_stops(book: Run) -> None:
    assert book("-k", "二つ目 and 21").counts("1 passed", "4 deselected")
    assert book("-x", "docs/02-b.md", "docs/01-a.md").counts("1 failed in")


def test_a_test_can_be_named(book: Run) -> None:
    assert book("docs/01-a.md::3 一つ目").counts("1 passed")
    assert book("docs/02-b.md::3 Rust の std:thread").counts("1 failed")


def test_a_file_that_is_named_is_a_chapter_wherever_it_is(book: Run) -> None:
    assert "README.md:2 it printed nothing and failed with status 1" in book("README.md").text


def test_lf_runs_what_failed(book: Run, project: Path) -> None:
    assert book("-k", "not 三つ目").counts("1 failed", "3 passed")
    write(project, "02-b.md", OTHER.replace("else", "unshared"))
    assert book("--lf", "-k", "not 三つ目").counts("1 passed")


def test_n_gives_each_worker_machines_of_its_own(book: Run) -> None:
    ran = book("-n", "2", "-k", "not 三つ目")
    assert ran.counts("1 failed", "3 passed")
    assert "+ unshared\n" in ran.text


def test_a_wrong_chapter_is_an_error_in_one_sentence(book: Run, project: Path) -> None:
    write(project, "02-b.md", "~console rooot\n~\n")
    (project / "docs" / "03-c.md").write_bytes(b"\xff")
    ran = book()
    assert ran.status == 2
    assert "docs/02-b.md:1: unknown word `rooot`: do you mean `root`?" in ran.lines
    assert "docs/03-c.md:1: not UTF-8: save the chapter as UTF-8" in ran.lines
    assert "Traceback" not in ran.text
    assert ran.counts("2 errors")


def test_a_wrong_description_of_the_book_is_told_in_one_sentence(book: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.run-snippets]\nsnippet = 'x'\n")
    ran = book()
    assert ran.status == 2
    assert (
        f"{project}/pyproject.toml: [tool.run-snippets] has no `snippet`: do you mean" in ran.text
    )
    assert "Traceback" not in ran.text


def test_what_this_host_can_not_run_is_skipped_where_it_stands(book: Run, project: Path) -> None:
    write(project, "02-b.md", "~console kernel>=99\n$ true\n~\n")
    ran = book("-rs", "docs/02-b.md")
    assert ran.counts("1 skipped")
    assert "SKIPPED [1] docs/02-b.md:1: needs kernel 99 or newer, and this machine has" in ran.text


def test_vm_is_skipped_where_there_is_no_qemu(book: Run) -> None:
    ran = book("-rs", "-k", "三つ目", PATH="/nonexistent")
    assert ran.counts("1 skipped")
    assert "SKIPPED [1] docs/02-b.md:10: `vm`: needs its own kernel, which takes QEMU" in ran.text


def test_where_no_machine_can_be_made_it_says_so(book: Run, project: Path) -> None:
    ran = book("docs/01-a.md", before=without("mmdebstrap"), XDG_CACHE_HOME=str(project / "cache"))
    assert ran.status == 1
    assert ran.counts("3 errors")
    assert "The guest image can't be built without mmdebstrap: run “sudo apt-get" in ran.text
    assert "Traceback" not in ran.text


def test_it_is_off_unless_asked_for(run: Run, project: Path) -> None:
    (project / "docs" / "test_x.py").write_text("def test_x(): pass\n")
    ran = run()
    assert ran.counts("1 passed")
    assert "01-a.md" not in ran.text
    assert "unrecognized arguments: --book-backend" in run("--book-backend", "qemu").text


def test_other_tests_run_beside_it(book: Run, project: Path) -> None:
    (project / "docs" / "test_x.py").write_text("def test_x(): pass\n")
    assert book("-k", "test_x or 一つ目").counts("2 passed")
