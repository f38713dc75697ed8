"""What `run_snippets.py` does: words in, exit status out."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness import record
from harness.cli import serve, shell, update, verify, watch
from harness.cli.options import parse
from harness.cli.verify import Context, record_of
from harness.machine import MachineError
from harness.plan.selection import select
from harness.report import listing
from harness.report.progress import Progress
from harness.report.report import Report
from zenn.book import ProjectError, read_book

PASSED, FAILED, WRONG, NO_MACHINE = range(4)
INTERRUPTED = 128 + signal.SIGINT


def main(words: Sequence[str]) -> int:
    """Do what the words of the command line say; the exit status."""
    options = parse(words)
    # A pipe has no width, and folds badly.
    out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200)
    progress = Progress(Console(highlight=False, emoji=False, stderr=True), out)
    try:
        return _do(Context(options, read_book(Path.cwd()), Report(out), progress))
    except ExceptionGroup as group:  # of authors' mistakes
        for error in group.exceptions:
            progress.fail(error)
        return WRONG
    except (ProjectError, record.RecordError) as error:
        progress.fail(error)
        return WRONG
    except MachineError as error:
        progress.fail(error)
        return NO_MACHINE
    except KeyboardInterrupt:
        progress.note("interrupted")
        return INTERRUPTED


def _do(context: Context) -> int:
    options, book = context.options, context.book
    match options.command:
        case "watch":
            return watch.run(context)
        case "serve":
            return serve.run(options, book)
        case "merge":
            record.write(record_of(book, None), record.merge(options.records))
            return PASSED
        case "shell":
            if not (sys.stdin.isatty() and sys.stdout.isatty()):
                context.progress.fail("shell takes a terminal")
                return WRONG
            shell.run(context)
            return PASSED
    selection = select(options.chapters, book)
    if not selection.chapters:
        named = " and ".join(options.chapters) or book.chapters
        context.progress.fail(f"no chapter: {named} has no *.md")
        return WRONG
    if options.command == "list":
        fates = listing.fates(selection)
        if options.json:
            print(listing.to_json(fates))
        else:
            listing.show(context.report.console, fates)
        return PASSED
    run = update.run if options.command == "update" else verify.run
    return PASSED if all(result.passed for result in run(context, selection)) else FAILED
