"""`verify`: scenarios through machines, into the report and the record."""

import argparse
import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness import record
from harness.machine.backend import Backends, make_backends
from harness.mutate.measure import measure_all
from harness.plan.chapter import Chapter
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection
from harness.record import Entry
from harness.report import junit, listing
from harness.report.failures import annotations
from harness.report.progress import Progress
from harness.report.report import Report
from harness.run import shard
from harness.run.cache import Cache
from harness.run.cluster import cluster
from harness.run.runner import Workers, threads
from harness.run.runner import run as run_scenarios
from harness.run.verdict import Result, update, worst
from zenn.book import Book


def run(
    options: argparse.Namespace,
    selection: Selection,
    book: Book,
    report: Report,
    progress: Progress,
) -> list[Result]:
    """Verify with each kernel that is asked for; tell those who read no terminal, too."""
    results: list[Result] = []
    for kernel in options.kernels or [None]:
        file, chosen = record_of(book, kernel, options.shard), selection
        if options.shard:
            index, count = options.shard
            known = record.read(record_of(book, kernel))
            seconds = shard.expected(selection.chosen, known)
            ours = shard.shard(selection.chosen, index, count, seconds)
            chosen = replace(selection, chosen=ours)
            file.unlink(missing_ok=True)
        with session(options, kernel, file, book, report, progress) as one:
            found = one.verify(chosen)
        account = listing.account(listing.of_all(chosen)) if chosen.whole else None
        report.summary(found, account)
        results += found
    if options.junit:
        scores = [one.score for one in measure_all(selection, worst(results))]
        options.junit.write_bytes(junit.to_xml(book.name, results, scores))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(results):
            print(line)
    return results


@dataclass(frozen=True, slots=True)
class Session:
    """How to run: the book, the record and what is known of the last run, who runs scenarios, and
    where it is shown."""

    book: Book
    record: Path
    known: Sequence[Entry]
    workers: Workers
    stop_at_failure: bool
    report: Report
    progress: Progress

    def verify(self, selection: Selection, enough: Future[None] | None = None) -> list[Result]:
        """Run the chosen scenarios, show what fails, and write the record, a chapter at a time.

        Some results are missing if `enough` was done before (see `harness.run.runner.run`).
        """
        results: list[Result] = []
        unfinished = {chapter.path: chapter for chapter in selection.chapters}
        missing = Counter(scenario.chapter for scenario in selection.chosen)
        with closing(self.run(selection.chosen, enough=enough)) as coming:
            for result in coming:
                results.append(result)
                path = result.scenario.chapter
                missing[path] -= 1
                if not missing[path]:
                    self.note_down([unfinished.pop(path)], results)
        self.note_down(unfinished.values(), results)
        return results

    def run(
        self,
        scenarios: Sequence[Scenario],
        show: bool = True,
        enough: Future[None] | None = None,
    ) -> Generator[Result]:
        """Results as they come, the longest scenarios first; what fails is shown.

        With `enough` it is the order given: what is being looked at comes first there.
        """
        seconds = shard.expected(scenarios, self.known)
        if not enough:
            scenarios = shard.longest_first(scenarios, seconds)
        with self.progress.scenarios([seconds[shard.key(one)] for one in scenarios]) as advance:
            for result in run_scenarios(scenarios, self.workers, self.stop_at_failure, enough):
                advance(seconds[shard.key(result.scenario)])
                if show:
                    self.report.failures(result)
                yield result

    def note_down(self, chapters: Iterable[Chapter], results: Sequence[Result]) -> None:
        """Write what was found into the book's record; a chapter from elsewhere is not its."""
        if ours := [chapter for chapter in chapters if not chapter.path.is_absolute()]:
            update(self.record, self.book.root, ours, results)


@contextmanager
def session(
    options: argparse.Namespace,
    kernel: str | None,
    file: Path,
    book: Book,
    report: Report,
    progress: Progress,
) -> Iterator[Session]:
    """A session with the machines that are asked for, and the record `file`.

    What runs elsewhere has no cache: its machines aren't known here.
    """
    kept = Cache(book.root / "build" / "cache") if options.cache and not options.executor else None
    with ExitStack() as stack:
        if options.executor:
            there = cluster(
                options.executor,
                options.backend,
                kernel,
                book.guest,
                allow_bare_metal=options.bare_metal,
            )
            workers = stack.enter_context(there)
        else:
            made = stack.enter_context(backends(options, kernel, book, progress))
            workers = stack.enter_context(threads(made, options.jobs, kept))
        known = record.read(record_of(book, kernel))
        yield Session(book, file, known, workers, options.exitfirst, report, progress)
    if kept:
        kept.prune()


@contextmanager
def backends(
    options: argparse.Namespace, kernel: str | None, book: Book, progress: Progress
) -> Iterator[Backends]:
    """The machines that are asked for; that the guest image is being built is said."""
    with ExitStack() as stack:
        with progress.step():
            made = make_backends(
                options.backend, kernel, options.bare_metal, progress.note, book.guest
            )
            found = stack.enter_context(made)
        yield found


def record_of(book: Book, kernel: str | None, shard: tuple[int, int] | None = None) -> Path:
    """The record of runs on a kernel; for None, where each scenario has the one it wants: that is
    what the site shows.

    A shard has one of its own, so that all divide by what the last whole run took.
    """
    name = f"verification-{kernel}" if kernel else "verification"
    part = f"-shard-{shard[0]}-of-{shard[1]}" if shard else ""
    return book.root / "build" / f"{name}{part}.json"
