"""One run of the command line: scenarios through machines, into the report, record and chapters."""

import stat
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from harness import atomic, record
from harness.plan.chapter import Chapter
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection, select
from harness.record import Result
from harness.report import bless
from harness.report.report import Report
from harness.run.runner import Workers, run
from zenn.book import Book


@dataclass(frozen=True, slots=True)
class Session:
    """How to run: the book and its record, who runs scenarios, and where it is shown."""

    book: Book
    record: Path
    workers: Workers
    stop_at_failure: bool
    report: Report

    def verify(self, selection: Selection, enough: Future[None] | None = None) -> list[Result]:
        """Run the chosen scenarios, show what fails, and write the record, a chapter at a time.

        Some results are missing if `enough` was done before (see `run`).
        """
        results: list[Result] = []
        unfinished = {chapter.path: chapter for chapter in selection.chapters}
        missing = Counter(scenario.chapter for scenario in selection.chosen)
        with closing(self._run(selection.chosen, enough=enough)) as coming:
            for result in coming:
                results.append(result)
                path = result.scenario.chapter
                missing[path] -= 1
                if not missing[path]:
                    self._record([unfinished.pop(path)], results)
        self._record(unfinished.values(), results)
        return results

    def update(self, selection: Selection, words: Sequence[str]) -> list[Result]:
        """Run the chosen scenarios, write into the chapters what differs, and run those again.

        The second run shows what is not the same in two runs: a value that the author has to name.
        """
        first = list(self._run(selection.chosen, show=False))
        changed = {
            chapter.path
            for chapter in selection.chapters
            if self._bless(chapter, [r for r in first if r.scenario.chapter == chapter.path])
        }
        found = [result for result in first if result.scenario.chapter not in changed]
        for result in found:
            self.report.failures(result)
        if changed:
            selection = select(words, self.book)
            found += self._run([s for s in selection.chosen if s.chapter in changed])
        self._record(selection.chapters, found)
        return found

    def _run(
        self,
        scenarios: Sequence[Scenario],
        show: bool = True,
        enough: Future[None] | None = None,
    ) -> Generator[Result]:
        """Results as they come; what fails is shown."""
        with self.report.progress(len(scenarios)) as advance:
            for result in run(scenarios, self.workers, self.stop_at_failure, enough):
                advance()
                if show:
                    self.report.failures(result)
                yield result

    def _bless(self, chapter: Chapter, results: Iterable[Result]) -> bool:
        """Write the outputs that differ into a chapter; true if there were any."""
        changes, refusals = bless.edits(results)
        for refusal in refusals:
            self.report.note(f"{chapter.path}:{refusal.line}: not written: {refusal.reason}")
        if not changes:
            return False
        path = self.book.root / chapter.path
        try:
            old = path.read_bytes()
            new = bless.apply(old, changes)
            atomic.write(path, new, stat.S_IMODE(path.stat().st_mode))
        except (OSError, ValueError) as error:
            self.report.note(f"{chapter.path}: not written: {error}")
            return False
        self.report.changed(bless.difference(chapter.path, old, new))
        return True

    def _record(self, chapters: Iterable[Chapter], results: Sequence[Result]) -> None:
        """Write what was found into the project's record; a chapter from elsewhere is not its."""
        ours = [chapter for chapter in chapters if not chapter.path.is_absolute()]
        found = {
            chapter.path: record.entries(
                chapter, [result for result in results if result.scenario.chapter == chapter.path]
            )
            for chapter in ours
        }
        if ours:
            record.update(self.record, self.book.root, ours, found)


def record_of(root: Path, kernel: str | None, shard: tuple[int, int] | None = None) -> Path:
    """The record of runs on a kernel; for None, where each scenario has the one it wants: that is
    what the site shows.

    A shard has one of its own, so that all divide by what the last whole run took.
    """
    name = f"verification-{kernel}" if kernel else "verification"
    part = f"-shard-{shard[0]}-of-{shard[1]}" if shard else ""
    return root / "build" / f"{name}{part}.json"
