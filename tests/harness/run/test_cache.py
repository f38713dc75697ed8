"""Runs that are not made again, and what makes them be made again."""

import shutil
from pathlib import Path

import pytest
from guests import Build
from processes import python

import harness
from harness.machine.namespaces import Namespaces
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.run import cache
from harness.run.cache import Cache
from harness.run.runner import run_one
from harness.run.verdict import Result, entries

MACHINES = ("namespaces",)
TOOLS = Path(harness.__file__).parents[1]

TEXT = """\
~python:x.py
import y
~
~python:y.py
--8<-- "y.py:part"
~
[//]: # (varies: 1234 pid)
~console
$ python3 x.py; echo $$
1234
~
"""


@pytest.fixture
def build(chapter: Build, snippets: Path) -> Build:
    (snippets / "y.py").write_text("# --8<-- [start:part]\na = 1\n# --8<-- [end:part]\nb = 2\n")
    return chapter


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def keep(kept: Cache, chapter: Chapter, backend: Namespaces, machine: str = "m") -> Result:
    (scenario,) = scenarios(chapter)
    result = run_one(scenario, backend)
    assert result.passed
    kept.keep(result, machine)
    return result


def known(kept: Cache, chapter: Chapter, machine: str = "m") -> bool:
    return kept.recall(scenarios(chapter)[0], machine) is not None


def test_an_unchanged_scenario_is_recalled_as_it_was(
    build: Build, kept: Cache, backend: Namespaces
) -> None:
    result = keep(kept, build(TEXT), backend)
    moved = build("# a heading\n\n" + TEXT)
    recalled = kept.recall(scenarios(moved)[0], "m")
    assert recalled
    assert recalled.cached
    before, after = entries(build(TEXT), [result]), entries(moved, [recalled])
    assert [entry.line for entry in after] == [entry.line + 2 for entry in before]
    assert after[2].steps[0].line == before[2].steps[0].line + 2
    assert [entry.steps[0].output for entry in after[2:]] == [before[2].steps[0].output]
    assert recalled.left == result.left
    again = kept.recall(scenarios(build(TEXT))[0], "m")
    assert again
    assert again.entries == result.entries


def test_a_change_of_the_text_makes_it_run_again(
    build: Build, kept: Cache, backend: Namespaces
) -> None:
    keep(kept, build(TEXT), backend)
    for old, new in (
        ("1234\n~", "1234\n1\n~"), ("echo $$", "echo  $$"), ("1234 pid", "1234 tid"),
        ("~console", "~console timeout=31"), ("~console", "~console:a"),
        ("~console", "~console root"), ("$ python3", "# python3"), ("import y", "import y "),
        ("y.py\n--8<--", "y.py\n\n--8<--"), ("~python:y.py", "~python file:y.py"),
    ):  # fmt: skip
        assert old in TEXT
        assert not known(kept, build(TEXT.replace(old, new))), new
    assert known(kept, build(TEXT))


def test_another_machine_program_or_harness_makes_it_run_again(
    build: Build,
    kept: Cache,
    backend: Namespaces,
    snippets: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(kept, build(TEXT), backend)
    assert not known(kept, build(TEXT), "another image, kernel or emulator")
    with monkeypatch.context() as patch:
        patch.setattr(cache, "code_digest", lambda: "another")
        assert not known(kept, build(TEXT))
    assert known(kept, build(TEXT))
    # Also of a part that the chapter doesn't show, for the whole file is run.
    (snippets / "y.py").write_text((snippets / "y.py").read_text().replace("b = 2", "b = 3"))
    assert not known(kept, build(TEXT))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A copy of tools/."""
    copy = tmp_path / "tools"
    shutil.copytree(TOOLS, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return copy


def digest(code: Path) -> str:
    cache.code_digest.cache_clear()
    return cache.code_digest(code)


DECIDES = (
    *("harness/guest/init", "harness/guest/agent.py", "harness/image/recipe/customize"),
    *("harness/compare/expectation.py", "harness/plan/chapter.py", "harness/run/play.py"),
    *("harness/machine/qemu/process.py", "harness/record.py", "zenn/parser.py"),
    *("zenn/console/rows.py", "zenn/includes.py", "zenn/syntax/comments.py"),
)
OTHER = (
    *("web/node_modules/katex/x.py", "harness/cli/main.py", "harness/report/words.py"),
    *(
        "harness/compare/__pycache__/x.pyc",
        "harness/compare/__pycache__/x.pyc.14",
        "pages/extension.py",
        "publish/epub.py",
    ),
    *("zenn/export/book.py", "zenn/lint/run.py", "run_snippets.py", "../tests/test_x.py"),
)


@pytest.mark.parametrize("name", [*DECIDES, *OTHER])
def test_a_change_of_what_decides_a_run_makes_it_run_again_and_no_other(
    code: Path, name: str
) -> None:
    before = digest(code)
    (code / name).parent.mkdir(parents=True, exist_ok=True)
    with (code / name).open("a") as file:
        file.write("\n")
    assert (digest(code) != before) == (name in DECIDES)


def test_every_module_that_a_run_imports_decides_it() -> None:
    names = "m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)"
    said = python("-c", f"import sys, harness.run.runner; print(*({names}), sep='\\n')", cwd=TOOLS)
    imported = {Path(name) for name in said.stdout.splitlines()}
    ours = {file for file in imported if file.is_relative_to(TOOLS)}
    assert TOOLS / "harness/run/play.py" in ours
    assert ours <= set(cache.deciding(TOOLS))


def test_what_failed_or_was_skipped_is_not_kept(
    build: Build, kept: Cache, backend: Namespaces
) -> None:
    for text in ("~console\n$ echo a\nb\n~\n", "~console kernel>=999\n$ true\n~\n"):
        (scenario,) = scenarios(build(text))
        kept.keep(run_one(scenario, backend), "m")
        assert kept.recall(scenario, "m") is None


def test_a_damaged_file_is_as_good_as_none(build: Build, kept: Cache, backend: Namespaces) -> None:
    keep(kept, build(TEXT), backend)
    (file,) = kept.directory.iterdir()
    for damage in ("", "{", '{"machine": 1}', "[]", "\0"):
        file.write_text(damage)
        assert not known(kept, build(TEXT)), damage


def test_only_so_many_are_kept(kept: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_KEPT", 2)
    kept.directory.mkdir()
    for name in "abc":
        (kept.directory / name).write_text(name)
    kept.prune()
    assert len(list(kept.directory.iterdir())) == 2
