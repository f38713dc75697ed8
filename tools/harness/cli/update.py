"""`update`: what the runs showed, written into the chapters where it differs from the text."""

import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness import atomic
from harness.cli import verify
from harness.cli.verify import Context, session
from harness.plan.chapter import Chapter
from harness.plan.selection import Selection
from harness.report import bless, listing
from harness.run.verdict import Result
from zenn.book import ProjectError


def run(context: Context, selection: Selection) -> list[Result]:
    """Run the chosen scenarios, write into the chapters what differs, and run those again.

    The second run shows what is not the same in two runs: a value that the author has to name.
    """
    folders = {(context.book.root / chapter.path).parent for chapter in selection.chapters}
    with _alone_in(folders), session(context, context.kernel) as one:
        first = list(one.run(selection.chosen, show=False))
        changed = {
            chapter.path
            for chapter in selection.chapters
            if _bless(context, chapter, [r for r in first if r.scenario.chapter == chapter.path])
        }
        found = [result for result in first if result.scenario.chapter not in changed]
        for result in found:
            context.report.failures(result)
        if changed:
            selection = verify.chosen(context.options, context.book)
            again = list(one.run([s for s in selection.chosen if s.chapter in changed]))
            for result in again:
                for offer in bless.offers(result):
                    context.report.note(offer)
            found += again
        one.note_down(selection.chapters, found)
    context.report.summary(found, listing.account_of(selection))
    return found


@contextmanager
def _alone_in(folders: Iterable[Path]) -> Iterator[None]:
    """Raise ProjectError where another `update` is about to change chapters of these folders: what
    this one runs would not be what is there when it has run."""
    with ExitStack() as stack:
        for folder in sorted(folders):
            try:
                stack.enter_context(atomic.locked(folder, wait=False))
            except atomic.HeldError:
                why = "another update is changing its chapters: run this again when it has ended"
                raise ProjectError(f"{folder}: {why}") from None
        yield


def _bless(context: Context, chapter: Chapter, results: Iterable[Result]) -> bool:
    """Write the outputs that differ into a chapter; true if there were any."""
    changes, refusals = bless.edits(results)
    for refusal in refusals:
        context.report.note(f"{chapter.path}:{refusal.line}: not written: {refusal.reason}")
    if not changes:
        return False
    path = context.book.root / chapter.path
    try:
        old = path.read_bytes()
        new = bless.apply(old, changes)
        atomic.write(path, new, stat.S_IMODE(path.stat().st_mode))
    except OSError as error:
        context.report.unwritten(path, error)
        return False
    except ValueError as error:
        context.report.note(f"{chapter.path}: not written: {error}")
        return False
    context.report.changed(bless.difference(chapter.path, old, new))
    return True
