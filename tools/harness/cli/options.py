"""The words of `run_snippets.py`: its sub-commands, what each takes, and today's flags for them."""

import argparse
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.image import kernels
from harness.machine.backend import BACKENDS
from harness.plan.selection import place

PROG = "run_snippets.py"
USAGE = f"{PROG} [COMMAND] [options] [CHAPTER[:LINE] ...]"
DESCRIPTION = (
    "Run the chapters' blocks in fresh machines, and check the output that the text shows."
)
EPILOG = f"""\
Without a command it verifies. --update, --watch, --list and --shell choose those commands, too.

examples:
  {PROG}                           every chapter of the book
  {PROG} docs/02-uts.md:41         the scenario at that line
  {PROG} update docs/02-uts.md     write what really came out into the chapter
  {PROG} verify --help             what a command takes

exit status: 0 all passed, 1 something failed, 2 a chapter or the command line is wrong,
3 no machine could be made
"""
COMMANDS = {  # what each does, and examples of what follows it
    "verify": (
        "run the scenarios, and compare what comes out with the text (the default)",
        (
            "",
            "docs/02-uts.md:41",
            "--reader docs/02-uts.md",
            "--kernel 6.1 --shard 2/5 --junit x.xml",
        ),
    ),
    "update": (
        "run them, and write the outputs that differ into the chapters",
        ("docs/02-uts.md", "docs/02-uts.md:41"),
    ),
    "watch": ("verify, and again what changes at every save", ("", "docs/02-uts.md")),
    "serve": (
        "watch, and show the site with what was found, reloaded at every save",
        ("", "--address 127.0.0.1:9000 docs/02-uts.md"),
    ),
    "list": (
        "run nothing: list every block, and what becomes of it",
        ("", "docs/02-uts.md", "--json"),
    ),
    "mutate": (
        "run nothing: say which changes of the text would pass with the last run's outputs",
        ("", "docs/02-uts.md"),
    ),
    "shell": (
        "play a scenario up to a line, then type there; or open a terminal in a reader's machine",
        ("docs/02-uts.md:110", "--backend namespaces docs/02-uts.md:110", "--reader"),
    ),
    "check": (
        "try your own answer to an exercise as its solution is tried, or list the exercises",
        ("docs/02-uts.md", "docs/02-uts.md:2 mine.py"),
    ),
    "merge": ("join the records of shards into the book's", ("build/verification-shard-*.json",)),
}
_RUNS = ("verify", "update", "watch", "serve")


class _OneLineEach(argparse.RawDescriptionHelpFormatter):
    """Help that fits a screen: an option and what it does on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options of the command `command`; a mistake ends the process with one sentence and
    status 2.

    `words` of them are those after the command.
    """
    parser = argparse.ArgumentParser(
        PROG, USAGE, DESCRIPTION, EPILOG, formatter_class=_OneLineEach, allow_abbrev=False
    )
    commands = parser.add_subparsers(
        dest="command", required=True, title="commands", metavar="", prog=PROG
    )
    parsers = {}
    for name, (what, examples) in COMMANDS.items():
        lines = "\n".join(f"  {PROG} {name} {words}".rstrip() for words in examples)
        one = parsers[name] = commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"examples:\n{lines}",
            formatter_class=_OneLineEach,
            allow_abbrev=False,
        )
        _add_options(name, one.add_argument)
    command, *rest = _command_first(words)
    options, unknown = parser.parse_known_args([command, *rest])
    if unknown:
        parsers[command].error(f"{command} takes no {' '.join(unknown)}")
    if command != "verify" and len(getattr(options, "kernels", [])) > 1:
        parsers[command].error(f"{command} takes one --kernel")
    if command == "verify" and options.reader:
        for word in ("kernels", "shard", "executor"):
            if getattr(options, word):
                parsers[command].error(f"--reader takes no --{word.removesuffix('s')}")
    if command == "shell":
        if options.reader and (options.kernels or options.backend != "auto"):
            parsers[command].error("--reader takes no --kernel, and no --backend")
        if not (options.reader or (options.chapter and place(options.chapter)[1])):
            parsers[command].error("write CHAPTER:LINE, as in docs/02-uts.md:110, or --reader")
    options.words = rest
    return options


def _command_first(words: Sequence[str]) -> list[str]:
    """The words with the command at their beginning, where a flag or nothing says it.

    A first word that is a command's name is that, whatever files there are: one of such a name is
    to be written ``./list``.
    """
    if words and words[0] in (*COMMANDS, "-h", "--help"):
        return list(words)
    flags = argparse.ArgumentParser(PROG, USAGE, add_help=False, allow_abbrev=False)
    one_of = flags.add_mutually_exclusive_group()
    for name in ("update", "watch", "list"):
        one_of.add_argument(f"--{name}", dest="command", action="store_const", const=name)
    one_of.add_argument("--shell", metavar="CHAPTER:LINE")
    chosen, rest = flags.parse_known_args(words)
    if chosen.shell:
        return ["shell", chosen.shell, *rest]
    return [chosen.command or "verify", *rest]


def _add_options(command: str, add: Callable[..., Any]) -> None:
    if command in (*_RUNS, "list", "mutate"):
        add(
            "chapters",
            nargs="*",
            metavar="CHAPTER[:LINE]",
            help="or a folder, or a pattern; anywhere; default: all of the book",
        )
    if command in (*_RUNS, "shell", "check"):
        several = ", may be repeated" if command == "verify" else ""
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
            dest="kernels",
            choices=tuple(kernels.KERNELS),
            default=[],
            metavar="NAME",
            help=f"of virtual machines{several}: "
            f"{', '.join(kernels.KERNELS)} (default: the book's, or what a scenario wants)",
        )
        add(
            "--i-know-this-is-not-a-vm",
            dest="bare_metal",
            action="store_true",
            help="let the namespaces machine run as root on bare metal",
        )
    if command in _RUNS:
        cpus = os.cpu_count() or 1
        add("-j", "--jobs", type=_number, default=cpus, metavar="N", help="machines at once")
        add(
            "--executor",
            type=_scheduler,
            metavar="tcp://HOST:PORT",
            help="run on the workers of a dask scheduler",
        )
        add("-x", "--exitfirst", action="store_true", help="begin nothing new after a failure")
        add("--no-cache", dest="cache", action="store_false", help="run also what is unchanged")
    if command == "verify":
        add(
            "--reader",
            action="store_true",
            help="play chapters from top to bottom, on the reader's machine (or --backend KIND)",
        )
        add("--junit", type=_file, metavar="FILE", help="write JUnit XML, too")
        add("--shard", type=shard, metavar="I/N", help="run only the I-th of N even parts")
    elif command == "serve":
        add("--address", default="127.0.0.1:8000", help="where (default: %(default)s)")
    elif command == "list":
        add("--json", action="store_true", help="as JSON")
    elif command == "shell":
        add("chapter", nargs="?", metavar="CHAPTER:LINE", help="where you take over")
        add(
            "--reader",
            action="store_true",
            help="in a fresh reader's machine; of itself no line, with CHAPTER that one's machine",
        )
    elif command == "check":
        add("exercise", metavar="CHAPTER[:EXERCISE]", help="as in docs/02-uts.md:2")
        add("file", nargs="?", type=Path, help="a program, or what is typed, after `$ ` or `# `")
    elif command == "merge":
        add("records", nargs="+", type=Path, metavar="RECORD", help="of one text, all of a run")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a number from 1")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """``2/5`` as (2, 5): the second of five shards."""
    found = re.fullmatch(r"([0-9]+)/([0-9]+)", text)
    if not found:
        raise argparse.ArgumentTypeError(
            f"“{text}”: write I/N, as in 2/5 for the second of five shards"
        )
    index, count = int(found[1]), int(found[2])
    if not 1 <= index <= count <= 1000:
        why = f"“{text}”: shards are counted from 1/{count} to {count}/{count}"
        raise argparse.ArgumentTypeError(why)
    return index, count


def _scheduler(text: str) -> str:
    if not re.fullmatch(r"[a-z]+://.+:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError("write an address, as in tcp://HOST:8786")
    return text


def _file(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir() or path.is_dir():
        raise argparse.ArgumentTypeError(f"no file can be written at {path}")
    return path
