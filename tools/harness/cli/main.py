"""What `run_snippets.py` does: words in, exit status out."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness import record
from harness.attempt.attempt import AttemptError, attempt, read_attempt
from harness.attempt.check import outcome
from harness.attempt.exercise import exercises
from harness.cli import serve, shell, update, verify, watch
from harness.cli.options import parse
from harness.cli.verify import Context, record_of
from harness.machine import MachineError
from harness.mutate import listing as survivors
from harness.mutate.measure import measure_all
from harness.plan.chapter import Chapter, read
from harness.plan.passage import passages
from harness.plan.selection import NamesNothingError, Selection, place
from harness.report import listing
from harness.report.progress import Progress
from harness.report.report import Report, SafeConsole
from harness.run.runner import RunTooLongError, run_one
from zenn.book import Book, ProjectError, read_book
from zenn.guard.streams import finish
from zenn.model import ChapterError, at

PASSED, FAILED, WRONG, NO_MACHINE = range(4)
INTERRUPTED, CLOSED = 128 + signal.SIGINT, 128 + signal.SIGPIPE


def main(words: Sequence[str]) -> int:
    """Do what the words of the command line say; the exit status."""
    options = parse(words)
    # A pipe has no width, and folds badly.
    out = SafeConsole(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200)
    progress = Progress(SafeConsole(highlight=False, emoji=False, stderr=True), out)
    try:
        return _do(Context(options, read_book(Path()), Report(out), progress))
    except ExceptionGroup as group:  # of authors' mistakes
        for error in group.exceptions:
            progress.fail(error)
        return WRONG
    except (
        ProjectError,
        ChapterError,
        NamesNothingError,
        AttemptError,
        record.RecordError,
    ) as error:
        progress.fail(error)
        return WRONG
    except RunTooLongError as error:
        progress.fail(error)
        return FAILED
    except MachineError as error:
        progress.fail(error)
        return NO_MACHINE
    except BrokenPipeError:  # whoever read it has enough
        return CLOSED
    except OSError as error:
        progress.fail(f"{error.filename or 'writing'}: {error.strerror or error}")
        return WRONG
    except KeyboardInterrupt:
        progress.note("interrupted")
        return INTERRUPTED
    finally:
        finish(sys.stdout)
        finish(sys.stderr)


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
        case "check":
            return _check(context)
    selection = verify.chosen(options, book)
    verify.check_kernels(selection)
    if options.command == "list":
        fates = listing.fates(selection)
        if options.json:
            print(listing.to_json(fates))
        else:
            listing.show(context.report.console, fates)
        return PASSED
    if options.command == "mutate":
        return _mutate(selection, book, context.report.console)
    if nothing := [str(chapter.path) for chapter in _idle(options, selection, book)]:
        context.progress.fail(f"nothing of {' and '.join(nothing)} is run: see `list`")
        return WRONG
    run = update.run if options.command == "update" else verify.run
    results = run(context, selection)
    if not all(result.passed for result in results):
        return FAILED
    if not context.report.all_written:
        return WRONG
    entries = [entry for result in results for entry in result.entries]
    if entries and all(entry.verdict == "skipped" for entry in entries) and not _is_shard(options):
        context.progress.fail("nothing was run: every scenario was skipped")
        return WRONG
    return PASSED


def _check(context: Context) -> int:
    """Say of a reader's answer to an exercise whether it is right; list exercises if none, or none
    that there is, is named."""
    options, book, progress = context.options, context.book, context.progress
    path, number = place(options.exercise)
    document = read(path, book.shown(path.resolve()), book).document
    with at(document.path):
        found = exercises(document)
    chosen = next((one for one in found if one.number == number), None)
    if not chosen or not options.file:
        for one in found:
            grade = f" ({one.grade})" if one.grade else ""
            context.report.note(f"{document.path}:{one.number}{grade} {one.title}", "none")
        if not found:
            progress.fail(f"{document.path}: no exercise has a solution to compare with")
        elif chosen:
            progress.note("no file: write your answer into one, and name it after the exercise")
        elif number:
            progress.fail(f"{document.path}: there is no exercise {number}")
        return PASSED if found and not number and not options.file else WRONG
    tried = attempt(document, chosen, options.file, read_attempt(options.file), book)
    with verify.backends(context, context.kernel) as made:
        result = run_one(tried.scenario, made.of(tried.scenario))
    verdict = outcome(tried, result)
    word, style = {True: ("right", "green"), False: ("wrong", "red"), None: ("unknown", "yellow")}[
        verdict.right
    ]
    context.report.note(f"{options.file}: {word}: {verdict.why}", f"bold {style}")
    for line in verdict.lines():
        context.report.console.print(line, soft_wrap=True)
    return {True: PASSED, False: FAILED, None: WRONG}[verdict.right]


def _is_shard(options: argparse.Namespace) -> bool:
    return options.command == "verify" and options.shard is not None


def _idle(options: argparse.Namespace, selection: Selection, book: Book) -> list[Chapter]:
    """The chapters named by themselves that have nothing to run; all of them, if none has."""
    named = {place(word)[0].resolve() for word in options.chapters}
    reads = getattr(options, "reader", False)
    idle = [
        chapter
        for chapter in selection.chapters
        if not (passages(chapter) if reads else selection.all[chapter.path])
    ]
    alone = [chapter for chapter in idle if book.root / chapter.path in named]
    return alone if selection.chosen else idle


def _mutate(selection: Selection, book: Book, out: Console) -> int:
    """Measure with the book's records what would be caught; note it down for whole chapters."""
    file = record_of(book, None)
    readers = {one.path.as_posix() for one in selection.chapters if one.outfit.readers}
    there = record.read(record.of_reader(file)) if readers else ()
    entries = [one for one in record.load(file) if one.chapter not in readers]
    entries += [one for one in there if one.chapter in readers]
    found = measure_all(selection, entries)
    survivors.show(out, found)
    whole = {
        one.score.chapter: one.score
        for chapter, one in zip(selection.chapters, found, strict=True)
        if not chapter.path.is_absolute() and selection.has_all_of(chapter)
    }

    def stays(score: record.Score) -> bool:
        return score.chapter not in whole and (book.root / score.chapter).exists()

    record.update_scores(file.with_name("mutation.json"), stays, whole.values())
    return FAILED if any(one.unlike for one in found) else PASSED
