"""A pytest plugin that sees every scenario as a test: ``pytest -p harness.pytest_plugin docs/``.

The tests of a chapter are named by line and section, ``02-uts.md::69 なにを分けるのか``, so that
-k, -x, --lf and (each worker with machines of its own) -n do what they do elsewhere. The record is
left alone: it is run_snippets.py that writes it.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.machine import MachineError
from harness.machine.backend import BACKENDS, Backends, make_backends
from harness.plan.chapter import read
from harness.plan.scenario import Scenario, scenarios
from harness.record import Entry
from harness.report.failures import failures, plain
from harness.report.words import words
from harness.run.runner import run_one
from harness.run.verdict import Result
from zenn.book import Book, Guest, ProjectError, read_book
from zenn.guard import visible
from zenn.model import ChapterError


class ScenarioError(Exception):
    """A block of a scenario has failed; the argument is its `Result`."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.scenario.name)
        self.result = result


class ChapterFile(pytest.File):
    """A chapter. One that its author has to mend is an error of collection, in one sentence."""

    def collect(self) -> Iterator["ScenarioItem"]:
        book = _book(self.path)
        try:
            found = scenarios(read(self.path, book.shown(self.path), book))
        except ChapterError as error:
            raise self.CollectError(str(error)) from error
        starts = Counter(scenario.line for scenario in found)
        for scenario in found:
            # A program with a result may begin two scenarios; pytest wants each name once.
            place = (
                f"{scenario.line}-{scenario.end}" if starts[scenario.line] > 1 else scenario.line
            )
            name = visible(f"{place} {scenario.title}".strip().replace("::", ":"))
            yield ScenarioItem.from_parent(self, name=name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """A scenario, to be run in a fresh machine."""

    def __init__(self, *, scenario: Scenario, **of_pytest: Any) -> None:
        super().__init__(**of_pytest)
        self.scenario = scenario

    def setup(self) -> None:
        self.backend = _backends(self.config, _book(self.path).guest).of(self.scenario)

    def runtest(self) -> None:
        result = run_one(self.scenario, self.backend)
        if not result.passed:
            raise ScenarioError(result)
        skipped = [entry.reason for entry in result.entries if entry.verdict == "skipped"]
        if reasons := {words(reason) for reason in skipped if reason}:
            pytest.skip("; ".join(sorted(reasons)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A failure as run_snippets.py shows it; a machine that can't be made in one sentence."""
        match excinfo.value:
            case ScenarioError(result=result):
                return plain(failures(_without_unreached(result).entries))
            case MachineError() as error:
                return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.line - 1, self.scenario.name


def _without_unreached(result: Result) -> Result:
    """Without the blocks that it didn't get to: what failed is what they name."""

    def reached(entry: Entry) -> bool:
        return entry.reason is None or entry.reason.code != "not-reached"

    return replace(result, entries=tuple(filter(reached, result.entries)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("book", "the book's chapters").addoption(
        "--book-backend",
        choices=("auto", *BACKENDS),
        default="auto",
        help="the kind of machine that scenarios run in (default: auto)",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ChapterFile | None:
    """A chapter is what run_snippets.py takes for one: of the book's, or a file that is named."""
    if file_path.suffix != ".md":
        return None
    if parent.session.isinitpath(file_path) or file_path.parent == _book(file_path).chapters:
        chapter: ChapterFile = ChapterFile.from_parent(parent, path=file_path)
        return chapter
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of what was skipped where it is in the chapter, rather than here."""
    report = yield
    if isinstance(item, ScenarioItem) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), item.scenario.line, report.longrepr[2])
    return report


def _book(chapter: Path) -> Book:
    """The book of a chapter; a mistake in its description is an error of collection, too."""
    try:
        return read_book(chapter.parent)
    except ProjectError as error:
        raise pytest.Collector.CollectError(str(error)) from error


_BACKENDS = pytest.StashKey[dict[Guest, Backends]]()


def _backends(config: pytest.Config, guest: Guest) -> Backends:
    """The backends of this process, made for a book's first scenario, closed when pytest ends."""
    made = config.stash.setdefault(_BACKENDS, {})
    if guest not in made:
        with ExitStack() as stack:
            backend = config.getoption("book_backend")
            new = make_backends(backend, None, False, print, guest)
            made[guest] = stack.enter_context(new)
            config.add_cleanup(stack.pop_all().close)
    return made[guest]
