"""Run the chapters' blocks in fresh machines, and check the output that the text shows."""

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

from harness import junit, kernels, listing, record, shard
from harness.annotations import annotations
from harness.backend import BACKENDS, make_backends
from harness.cache import Cache
from harness.cluster import cluster
from harness.machine import MachineError
from harness.record import Result
from harness.report import Report
from harness.runner import Workers, threads
from harness.selection import Selection, place, project_root, select
from harness.session import Session, record_of
from harness.shell import hand_over
from harness.watch import FOLDERS, watch

PASSED, FAILED, WRONG, NO_MACHINE = range(4)
INTERRUPTED = 128 + signal.SIGINT

EXAMPLES = """\
examples:
  run_snippets.py                      every chapter of docs/
  run_snippets.py docs/02-uts.md:41    the scenario at that line
  run_snippets.py --list               every block, and what becomes of it
  run_snippets.py merge RECORD...      join the records of shards

exit status: 0 all passed, 1 something failed, 2 a chapter or the command line is wrong,
3 no machine could be made
"""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("chapters", nargs="*", metavar="CHAPTER[:LINE]", help="default: docs/*.md")
    add("--list", action="store_true", help="run nothing: list every block and its fate")
    add("--json", action="store_true", help="with --list: as JSON")
    add("--update", action="store_true", help="write the outputs that differ into the chapters")
    add("--watch", action="store_true", help="verify, and again what changes at every save")
    add("--shell", metavar="CHAPTER:LINE", help="play a scenario up to a line, then type there")
    add("--backend", choices=("auto", *BACKENDS), default="auto", help="the kind of machine")
    add(
        "--kernel",
        action="append",
        choices=tuple(kernels.KERNELS),
        metavar="NAME",
        help="of virtual machines, also several times: "
        f"{', '.join(kernels.KERNELS)}; default: {kernels.DEFAULT}",
    )
    add("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="machines at once")
    add("--executor", metavar="tcp://HOST:PORT", help="run on the workers of a dask scheduler")
    add("-x", "--exitfirst", action="store_true", help="begin nothing new after a failure")
    add("--keep-going", dest="exitfirst", action="store_false", help="run all (the default)")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML, too")
    add("--shard", type=shard.parse, metavar="I/N", help="run only the I-th of N even parts")
    add("--no-cache", dest="cache", action="store_false", help="run also what is unchanged")
    add(
        "--i-know-this-is-not-a-vm",
        dest="bare_metal",
        action="store_true",
        help="let the namespaces machine run as root on bare metal",
    )
    return parser


def checked(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    options = parser.parse_args(words)
    if options.json and not options.list:
        parser.error("--json goes with --list")
    if options.jobs < 1:
        parser.error("--jobs takes a number from 1")
    if options.junit and not (options.junit.parent.is_dir() and not options.junit.is_dir()):
        parser.error(f"--junit: no file can be written at {options.junit}")
    if options.shell and not place(options.shell)[1]:
        parser.error("--shell takes CHAPTER:LINE")
    if options.shell and (options.chapters or options.update or options.list):
        parser.error("--shell goes with no other chapter, --update or --list")
    if options.watch and (options.shell or options.update or options.list or options.shard):
        parser.error("--watch goes with no --shell, --update, --list or --shard")
    if options.watch and (options.junit or len(options.kernel or []) > 1):
        parser.error("--watch goes with no --junit, and one --kernel")
    docs = project_root() / "docs"
    if options.watch and not all(
        place(w)[0].resolve().is_relative_to(docs) for w in options.chapters
    ):
        parser.error("--watch takes chapters of docs/")
    if options.executor and options.shell:
        parser.error("--shell plays here, and --executor elsewhere")
    if options.shell and not (sys.stdin.isatty() and sys.stdout.isatty()):
        parser.error("--shell takes a terminal")
    return options


def main(words: Sequence[str]) -> int:
    if words[:1] == ["merge"]:
        return merge(words[1:])
    parser = arguments()
    options = checked(parser, words)
    # A pipe has no width, and folds badly.
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    err = Console(highlight=False, stderr=True)

    def fail(error: Exception) -> None:
        err.print(str(error), style="bold red", markup=False, soft_wrap=True)

    def note(text: str) -> None:
        err.print(text, style="dim", markup=False, soft_wrap=True)

    root = project_root()
    if options.watch:
        try:
            _watch(options, root, Report(out), fail, note)
        except MachineError as unmade:
            fail(unmade)
            return NO_MACHINE
        except KeyboardInterrupt:
            return PASSED
    try:
        selection = select([options.shell] if options.shell else options.chapters, root)
    except ExceptionGroup as group:
        for error in group.exceptions:
            fail(error)
        return WRONG
    if not selection.chapters:
        parser.error(f"no chapter: {root / 'docs'} has no *.md")
    if options.list:
        _list(selection, options.json, out)
        return PASSED
    try:
        if options.shell:
            return _shell(options, selection, note)
        results = [
            result
            for kernel in options.kernel or [kernels.DEFAULT]
            for result in _verify(options, kernel, selection, root, Report(out), note)
        ]
    except MachineError as error:
        fail(error)
        return NO_MACHINE
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED
    if options.junit:
        options.junit.write_bytes(junit.to_xml(results))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(results):
            print(line)
    return PASSED if all(result.passed for result in results) else FAILED


def _list(selection: Selection, as_json: bool, out: Console) -> None:
    fates = listing.of_all(selection)
    if as_json:
        print(json.dumps(fates, ensure_ascii=False, indent=1))
    else:
        listing.show(out, fates)


def _verify(
    options: argparse.Namespace,
    kernel: str,
    selection: Selection,
    root: Path,
    report: Report,
    note: Callable[[str], None],
) -> list[Result]:
    """Run the chosen scenarios with a kernel, and write the chapters anew if asked to."""
    file = record_of(root, kernel, options.shard)
    if options.shard:
        index, count = options.shard
        known = shard.durations(record.read(record_of(root, kernel)))
        chosen = shard.shard(selection.chosen, index, count, known)
        selection = replace(selection, chosen=chosen)
        file.unlink(missing_ok=True)
    with _workers(options, kernel, root, note) as workers:
        session = Session(root, file, workers, options.exitfirst, report)
        if options.update:
            results = session.update(selection, options.chapters)
        else:
            results = session.verify(selection)
    account = listing.account(listing.of_all(selection)) if selection.whole else None
    report.summary(results, account)
    return results


@contextmanager
def _workers(
    options: argparse.Namespace, kernel: str, root: Path, note: Callable[[str], None]
) -> Iterator[Workers]:
    """Who runs the scenarios. What runs elsewhere has no cache: its machines aren't known here."""
    if options.executor:
        bare_metal = options.bare_metal
        with cluster(
            options.executor, options.backend, kernel, allow_bare_metal=bare_metal
        ) as workers:
            yield workers
        return
    kept = Cache(root / "build" / "cache") if options.cache else None
    with (
        make_backends(options.backend, kernel, options.bare_metal, note) as backends,
        threads(backends, options.jobs, kept) as workers,
    ):
        yield workers
    if kept:
        kept.prune()


def _watch(
    options: argparse.Namespace,
    root: Path,
    report: Report,
    fail: Callable[[Exception], None],
    note: Callable[[str], None],
) -> None:
    """Verify what is saved, in machines that are kept ready, until interrupted."""
    kernel = options.kernel[0] if options.kernel else kernels.DEFAULT
    with _workers(options, kernel, root, note) as workers:
        session = Session(root, record_of(root, kernel), workers, options.exitfirst, report)

        def verify(selection: Selection, enough: Future[None]) -> list[Result]:
            results = session.verify(selection, enough)
            if results:  # none where a newer save came first
                report.summary(results, None)
            return results

        note(f"watching {' and '.join(f'{folder}/' for folder in FOLDERS)}; ^C ends")
        watch(options.chapters, root, verify, fail)


def _shell(options: argparse.Namespace, selection: Selection, note: Callable[[str], None]) -> int:
    scenario, line = selection.chosen[0], place(options.shell)[1]
    kernel = options.kernel[0] if options.kernel else kernels.DEFAULT
    with make_backends(options.backend, kernel, options.bare_metal, note) as backends:
        hand_over(scenario, line, backends.of(scenario.needs_vm), note)
    return PASSED


def merge(words: Sequence[str]) -> int:
    """`run_snippets.py merge`: join the records of shards into the project's."""
    parser = argparse.ArgumentParser(prog="run_snippets.py merge", description=merge.__doc__)
    parser.add_argument("records", nargs="+", type=Path, metavar="RECORD")
    options = parser.parse_args(words)
    try:
        record.write(record_of(project_root(), kernels.DEFAULT), shard.merge(options.records))
    except shard.RecordError as error:
        print(error, file=sys.stderr)
        return WRONG
    return PASSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
