"""`update`: what the runs showed, written into the chapters where it differs from the text."""

import stat
from collections.abc import Iterable

from harness import atomic
from harness.cli.verify import Context, session
from harness.plan.chapter import Chapter
from harness.plan.selection import Selection, select
from harness.report import bless, listing
from harness.run.verdict import Result


def run(context: Context, selection: Selection) -> list[Result]:
    """Run the chosen scenarios, write into the chapters what differs, and run those again.

    The second run shows what is not the same in two runs: a value that the author has to name.
    """
    with session(context, context.kernel) as one:
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
            selection = select(context.options.chapters, context.book)
            again = list(one.run([s for s in selection.chosen if s.chapter in changed]))
            for result in again:
                for offer in bless.offers(result):
                    context.report.note(offer)
            found += again
        one.note_down(selection.chapters, found)
    context.report.summary(found, listing.account_of(selection))
    return found


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
    except (OSError, ValueError) as error:
        context.report.note(f"{chapter.path}: not written: {error}")
        return False
    context.report.changed(bless.difference(chapter.path, old, new))
    return True
