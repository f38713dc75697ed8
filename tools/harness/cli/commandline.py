"""The words of `run_snippets.py`: what it takes, and what doesn't go together."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.image import kernels
from harness.machine.backend import BACKENDS
from harness.plan.selection import place
from harness.run import shard
from zenn.book import read_book

DESCRIPTION = (
    "Run the chapters' blocks in fresh machines, and check the output that the text shows."
)

EXAMPLES = """\
examples:
  run_snippets.py                       every chapter of docs/
  run_snippets.py docs/02-uts.md:41     the scenario at that line
  run_snippets.py merge RECORD...       join the records of shards

exit status: 0 all passed, 1 something failed, 2 a chapter or the command line is wrong,
3 no machine could be made
"""


class _OneLineEach(argparse.RawDescriptionHelpFormatter):
    """Help that fits a screen: an option and what it does on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options; a mistake ends the process with one sentence and status 2."""
    parser = _parser()
    options = parser.parse_args(words)
    if mistake := _mistake(options):
        parser.error(mistake)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        usage="run_snippets.py [options] [CHAPTER[:LINE] ...]",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=_OneLineEach,
    )
    add = parser.add_argument
    add(
        "chapters",
        nargs="*",
        metavar="CHAPTER[:LINE]",
        help="or a folder of chapters; default: docs",
    )
    add("--list", action="store_true", help="run nothing: list every block and its fate")
    add("--json", action="store_true", help="with --list: as JSON")
    add("--update", action="store_true", help="write the outputs that differ into the chapters")
    add("--watch", action="store_true", help="verify, and again what changes at every save")
    add("--shell", metavar="CHAPTER:LINE", help="play a scenario up to a line, then type there")
    add(
        "--backend",
        choices=("auto", *BACKENDS),
        default="auto",
        metavar="KIND",
        help=f"the kind of machine: auto (the default), {' or '.join(BACKENDS)}",
    )
    add(
        "--kernel",
        action="append",
        choices=tuple(kernels.KERNELS),
        metavar="NAME",
        help=f"of virtual machines, may be repeated: {', '.join(kernels.KERNELS)} "
        "(default: the guest's of pyproject.toml, or what a scenario wants)",
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


def _mistake(options: argparse.Namespace) -> str | None:
    """What of the options doesn't go together, in one sentence."""
    if options.json and not options.list:
        return "--json goes with --list"
    if options.jobs < 1:
        return "--jobs takes a number from 1"
    if options.junit and not (options.junit.parent.is_dir() and not options.junit.is_dir()):
        return f"--junit: no file can be written at {options.junit}"
    if options.shell:
        return _mistake_with_shell(options)
    if options.watch:
        return _mistake_with_watch(options)
    return None


def _mistake_with_shell(options: argparse.Namespace) -> str | None:
    if not place(options.shell)[1]:
        return "--shell takes CHAPTER:LINE"
    if options.chapters or options.update or options.list or options.watch:
        return "--shell goes with no other chapter, --update, --list or --watch"
    if options.executor:
        return "--shell plays here, and --executor elsewhere"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "--shell takes a terminal"
    return None


def _mistake_with_watch(options: argparse.Namespace) -> str | None:
    if options.update or options.list or options.shard or options.junit:
        return "--watch goes with no --update, --list, --shard or --junit"
    if len(options.kernel or []) > 1:
        return "--watch goes with one --kernel"
    docs = read_book(Path.cwd()).chapters
    if not all(place(word)[0].resolve().is_relative_to(docs) for word in options.chapters):
        return "--watch takes chapters of docs/"
    return None
