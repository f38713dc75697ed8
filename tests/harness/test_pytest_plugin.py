"""The book under pytest: what people do with tests works with scenarios."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from processes import Done, ran, without
from small import TWO_SECTIONS, begin, write

ONE = f"""\
{TWO_SECTIONS}
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
    (tmp_path / "README.md").write_text("```console\n$ false\n```\n")
    return begin(tmp_path, **{"01-a": ONE, "02-b": OTHER})


Run = Callable[..., "Ran"]


class Ran:
    """A run of pytest: its exit status, and its lines."""

    def __init__(self, done: Done) -> None:
        self.status = done.returncode
        self.text = done.stdout + done.stderr
        self.lines = self.text.splitlines()

    def counts(self, *said: str) -> bool:
        return all(one in self.lines[-1] for one in said)


@pytest.fixture
def run(project: Path) -> Run:
    def call(*words: str, before: Sequence[str] = (), **changed: str) -> Ran:
        command = [*before, sys.executable, "-m", "pytest", "-q", *words]
        return Ran(ran(*command, cwd=project, **changed))

    return call


@pytest.fixture
def book(run: Run) -> Run:
    return partial(run, "-p", "harness.pytest_plugin", "--book-backend", "namespaces")


def test_every_scenario_of_docs_is_a_test(book: Run) -> None:
    assert book("--collect-only").lines[:5] == [
        "docs/01-a.md::3 一つ目",
        "docs/01-a.md::10-16 二つ目",
        "docs/01-a.md::10-21 二つ目",
        "docs/02-b.md::3 Rust の std:thread",
        "docs/02-b.md::10 三つ目",
    ]


def test_a_failure_shows_its_place_the_command_and_the_diff(book: Run, project: Path) -> None:
    ran = book("docs/02-b.md", "-k", "Rust")
    assert ran.status == 1
    diff = "  $ hostname\n    5 - else\n      + unshared\n"
    assert f"FAILED docs/02-b.md:4 the output differs\n{diff}" in ran.text
    assert "Traceback" not in ran.text
    assert "pytest_plugin.py" not in ran.text
    write(project, "02-b", "~console\n$ exit\nexit\n$ true\n~\n\n~console\n$ true\n~\n")
    ran = book("docs/02-b.md")
    assert "FAILED docs/02-b.md:4 the terminal's shell has ended with status 0" in ran.text
    assert "not reached" not in ran.text


def test_k_selects_by_section_x_stops_and_a_test_or_a_chapter_anywhere_can_be_named(
    book: Run,
) -> None:
    assert book("-k", "二つ目 and 21").counts("1 passed", "4 deselected")
    assert book("-x", "docs/02-b.md", "docs/01-a.md").counts("1 failed in")
    assert book("docs/01-a.md::3 一つ目").counts("1 passed")
    assert book("docs/02-b.md::3 Rust の std:thread").counts("1 failed")
    assert "README.md:2 it printed nothing and failed with status 1" in book("README.md").text


def test_n_gives_each_worker_machines_of_its_own_and_lf_runs_what_failed(
    book: Run, project: Path
) -> None:
    ran = book("-n", "2", "-k", "not 三つ目")
    assert ran.counts("1 failed", "3 passed")
    assert "+ unshared\n" in ran.text
    write(project, "02-b", OTHER.replace("else", "unshared"))
    assert book("--lf", "-k", "not 三つ目").counts("1 passed")


def test_a_wrong_chapter_is_an_error_in_one_sentence(book: Run, project: Path) -> None:
    write(project, "02-b", "~console rooot\n~\n")
    (project / "docs" / "03-c.md").write_bytes(b"\xff")
    ran = book()
    assert ran.status == 2
    assert "docs/02-b.md:1: unknown word `rooot`: do you mean `root`?" in ran.lines
    assert "docs/03-c.md:1: not UTF-8: save the chapter as UTF-8" in ran.lines
    assert "Traceback" not in ran.text
    assert ran.counts("2 errors")
    # So is a wrong description of the book.
    (project / "pyproject.toml").write_text("[tool.run-snippets]\nsnippet = 'x'\n")
    ran = book()
    assert ran.status == 2
    said = f"{project}/pyproject.toml: [tool.run-snippets] has no `snippet`: do you mean"
    assert said in ran.text
    assert "Traceback" not in ran.text


def test_what_this_host_can_not_run_is_skipped_where_it_stands(book: Run, project: Path) -> None:
    ran = book("-rs", "-k", "三つ目", PATH="/nonexistent")
    assert ran.counts("1 skipped")
    assert "SKIPPED [1] docs/02-b.md:10: `vm`: needs its own kernel, which takes QEMU" in ran.text
    write(project, "02-b", "~console kernel>=99\n$ true\n~\n")
    ran = book("-rs", "docs/02-b.md")
    assert ran.counts("1 skipped")
    assert "SKIPPED [1] docs/02-b.md:1: needs kernel 99 or newer, and this machine has" in ran.text


def test_where_no_machine_can_be_made_it_says_so(book: Run, project: Path) -> None:
    ran = book("docs/01-a.md", before=without("mmdebstrap"), XDG_CACHE_HOME=str(project / "cache"))
    assert ran.status == 1
    assert ran.counts("3 errors")
    assert "The guest image can't be built without mmdebstrap: run “sudo apt-get" in ran.text
    assert "Traceback" not in ran.text


def test_it_is_off_unless_asked_for_and_other_tests_run_beside_it(
    run: Run, book: Run, project: Path
) -> None:
    (project / "docs/test_x.py").write_text("def test_x(): pass\n")
    assert book("-k", "test_x or 一つ目").counts("2 passed")
    ran = run()
    assert ran.counts("1 passed")
    assert "01-a.md" not in ran.text
    assert "unrecognized arguments: --book-backend" in run("--book-backend", "qemu").text
