"""`update`: what the runs showed, written into the chapters where it differs from the text."""

import argparse
import stat
from collections.abc import Iterable

from harness import atomic
from harness.cli.verify import Session, record_of, session
from harness.plan.chapter import Chapter
from harness.plan.selection import Selection, select
from harness.report import bless, listing
from harness.report.progress import Progress
from harness.report.report import Report
from harness.run.verdict import Result
from zenn.book import Book


def run(
    options: argparse.Namespace,
    selection: Selection,
    book: Book,
    report: Report,
    progress: Progress,
) -> list[Result]:
    """Run the chosen scenarios, write into the chapters what differs, and run those again.

    The second run shows what is not the same in two runs: a value that the author has to name.
    """
    kernel = options.kernels[0] if options.kernels else None
    with session(options, kernel, record_of(book, kernel), book, report, progress) as one:
        first = list(one.run(selection.chosen, show=False))
        changed = {
            chapter.path
            for chapter in selection.chapters
            if _bless(one, chapter, [r for r in first if r.scenario.chapter == chapter.path])
        }
        found = [result for result in first if result.scenario.chapter not in changed]
        for result in found:
            report.failures(result)
        if changed:
            selection = select(options.chapters, book)
            found += one.run([s for s in selection.chosen if s.chapter in changed])
        one.note_down(selection.chapters, found)
    report.summary(found, listing.account(listing.of_all(selection)) if selection.whole else None)
    return found


def _bless(session: Session, chapter: Chapter, results: Iterable[Result]) -> bool:
    """Write the outputs that differ into a chapter; true if there were any."""
    changes, refusals = bless.edits(results)
    for refusal in refusals:
        session.report.note(f"{chapter.path}:{refusal.line}: not written: {refusal.reason}")
    if not changes:
        return False
    path = session.book.root / chapter.path
    try:
        old = path.read_bytes()
        new = bless.apply(old, changes)
        atomic.write(path, new, stat.S_IMODE(path.stat().st_mode))
    except (OSError, ValueError) as error:
        session.report.note(f"{chapter.path}: not written: {error}")
        return False
    session.report.changed(bless.difference(chapter.path, old, new))
    return True
