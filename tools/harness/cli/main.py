"""What `run_snippets.py` does: options in, exit status out."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness import record
from harness.cli import commandline
from harness.cli.session import Session, record_of
from harness.cli.shell import hand_over
from harness.cli.watch import watch
from harness.machine import MachineError
from harness.machine.backend import make_backends
from harness.plan.selection import Selection, place, select
from harness.record import Result
from harness.report import junit, listing
from harness.report.annotations import annotations
from harness.report.report import Report
from harness.run import shard
from harness.run.cache import Cache
from harness.run.cluster import cluster
from harness.run.runner import Workers, threads
from zenn.book import Book, ProjectError, read_book
from zenn.lint.book import Shelf
from zenn.lint.run import lint

PASSED, FAILED, WRONG, NO_MACHINE = range(4)
INTERRUPTED = 128 + signal.SIGINT

Note = Callable[[str], None]
Fail = Callable[[Exception | str], None]


def main(words: Sequence[str]) -> int:
    """Do what the words of the command line say; the exit status."""
    if words[:1] == ["merge"]:
        return merge(words[1:])
    options = commandline.parse(words)
    err = Console(highlight=False, stderr=True)

    def fail(error: Exception | str) -> None:
        err.print(str(error), style="bold red", markup=False, soft_wrap=True)

    def note(text: str) -> None:
        err.print(text, style="dim", markup=False, soft_wrap=True)

    # A pipe has no width, and folds badly.
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    try:
        book = read_book(Path.cwd())
        if options.watch:
            return _watch(options, book, Report(out), fail, note)
        words = [options.shell] if options.shell else options.chapters
        selection = select(words, book)
        if not selection.chapters:
            fail(f"no chapter: {' and '.join(words) or book.chapters} has no *.md")
            return WRONG
        if options.list:
            return _list(selection, book, options.json, out, fail)
        if options.shell:
            return _shell(options, selection, note)
        return _verify_on_all(options, selection, book, Report(out), note)
    except ProjectError as wrong:
        fail(wrong)
        return WRONG
    except ExceptionGroup as group:  # of authors' mistakes
        for error in group.exceptions:
            fail(error)
        return WRONG
    except MachineError as error:
        fail(error)
        return NO_MACHINE
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED


def _list(selection: Selection, book: Book, as_json: bool, out: Console, fail: Fail) -> int:
    """List the blocks; what lint finds in their chapters is a mistake of theirs, too."""
    fates = listing.of_all(selection)
    if as_json:
        print(json.dumps(fates, ensure_ascii=False, indent=1))
    else:
        listing.show(out, fates)
    shelf = Shelf(book)
    findings = [found for chapter in selection.chapters for found in lint(chapter.document, shelf)]
    for finding in findings:
        fail(str(finding))
    return WRONG if findings else PASSED


def _verify_on_all(
    options: argparse.Namespace, selection: Selection, book: Book, report: Report, note: Note
) -> int:
    """Verify with each kernel that is asked for; tell those who read no terminal, too."""
    results = [
        result
        for kernel in options.kernel or [None]
        for result in _verify(options, kernel, selection, book, report, note)
    ]
    if options.junit:
        options.junit.write_bytes(junit.to_xml(results))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(results):
            print(line)
    return PASSED if all(result.passed for result in results) else FAILED


def _verify(
    options: argparse.Namespace,
    kernel: str | None,
    selection: Selection,
    book: Book,
    report: Report,
    note: Note,
) -> list[Result]:
    """Run the chosen scenarios with a kernel, and write the chapters anew if asked to."""
    file = record_of(book.root, kernel, options.shard)
    if options.shard:
        index, count = options.shard
        known = shard.durations(record.read(record_of(book.root, kernel)))
        chosen = shard.shard(selection.chosen, index, count, known)
        selection = replace(selection, chosen=chosen)
        file.unlink(missing_ok=True)
    with _workers(options, kernel, book.root, note) as workers:
        session = Session(book, file, workers, options.exitfirst, report)
        if options.update:
            results = session.update(selection, options.chapters)
        else:
            results = session.verify(selection)
    account = listing.account(listing.of_all(selection)) if selection.whole else None
    report.summary(results, account)
    return results


@contextmanager
def _workers(
    options: argparse.Namespace, kernel: str | None, root: Path, note: Note
) -> Iterator[Workers]:
    """Who runs the scenarios. What runs elsewhere has no cache: its machines aren't known here."""
    guest = read_book(Path.cwd()).guest
    if options.executor:
        bare_metal = options.bare_metal
        with cluster(
            options.executor, options.backend, kernel, guest, allow_bare_metal=bare_metal
        ) as workers:
            yield workers
        return
    kept = Cache(root / "build" / "cache") if options.cache else None
    with (
        make_backends(options.backend, kernel, options.bare_metal, note, guest) as backends,
        threads(backends, options.jobs, kept) as workers,
    ):
        yield workers
    if kept:
        kept.prune()


def _watch(
    options: argparse.Namespace,
    book: Book,
    report: Report,
    fail: Fail,
    note: Note,
) -> int:
    """Verify what is saved, in machines that are kept ready, until interrupted."""
    kernel = options.kernel[0] if options.kernel else None
    try:
        with _workers(options, kernel, book.root, note) as workers:
            session = Session(
                book, record_of(book.root, kernel), workers, options.exitfirst, report
            )

            def verify(selection: Selection, enough: Future[None]) -> list[Result]:
                results = session.verify(selection, enough)
                if results:  # none where a newer save came first
                    report.summary(results, None)
                return results

            note(f"watching {book.docs}/ and {book.snippets}/; ^C ends")
            watch(options.chapters, book, verify, fail)
    except KeyboardInterrupt:  # out here: what is running is ended, not waited for
        return PASSED


def _shell(options: argparse.Namespace, selection: Selection, note: Note) -> int:
    scenario, line = selection.chosen[0], place(options.shell)[1]
    kernel = options.kernel[0] if options.kernel else None
    guest = read_book(Path.cwd()).guest
    with make_backends(options.backend, kernel, options.bare_metal, note, guest) as backends:
        hand_over(scenario, line, backends.of(scenario), note)
    return PASSED


def merge(words: Sequence[str]) -> int:
    """`run_snippets.py merge`: join the records of shards into the project's."""
    parser = argparse.ArgumentParser(prog="run_snippets.py merge", description=merge.__doc__)
    parser.add_argument("records", nargs="+", type=Path, metavar="RECORD")
    options = parser.parse_args(words)
    try:
        record.write(record_of(read_book(Path.cwd()).root, None), shard.merge(options.records))
    except shard.RecordError as error:
        print(error, file=sys.stderr)
        return WRONG
    return PASSED
