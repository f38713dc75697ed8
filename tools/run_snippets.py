"""Run the chapters' blocks in fresh machines, and check the output that the text shows."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness import kernels, listing, record
from harness.backend import BACKENDS, make_backends
from harness.chapter import Chapter, read
from harness.machine import MachineError
from harness.record import Result
from harness.report import Report
from harness.runner import run
from harness.scenario import Scenario, scenarios
from zenn.model import ChapterError

PASSED, FAILED, WRONG, NO_MACHINE = range(4)

EXAMPLES = """\
examples:
  run_snippets.py                      every chapter of docs/
  run_snippets.py docs/02-uts.md:41    the scenario at that line
  run_snippets.py --list               every block, and what becomes of it

exit status: 0 all passed, 1 something failed, 2 a chapter or the command line is wrong,
3 no machine could be made
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Chapters, and of each the scenarios that were asked for."""

    chapters: tuple[Chapter, ...]
    all: dict[Path, tuple[Scenario, ...]]
    chosen: tuple[Scenario, ...]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("chapters", nargs="*", metavar="CHAPTER[:LINE]", help="default: docs/*.md")
    add("--list", action="store_true", help="run nothing: list every block and its fate")
    add("--json", action="store_true", help="with --list: as JSON")
    add("--backend", choices=("auto", *BACKENDS), default="auto", help="the kind of machine")
    add(
        "--kernel",
        action="append",
        choices=tuple(kernels.KERNELS),
        metavar="NAME",
        help="the kernel of virtual machines, also several times: "
        f"{', '.join(kernels.KERNELS)}; default: {kernels.DEFAULT}",
    )
    add("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="machines at once")
    add("-x", "--exitfirst", action="store_true", help="begin nothing new after a failure")
    add("--keep-going", dest="exitfirst", action="store_false", help="run all (the default)")
    add(
        "--i-know-this-is-not-a-vm",
        dest="bare_metal",
        action="store_true",
        help="let the namespaces machine run as root on bare metal",
    )
    return parser


def project_root() -> Path:
    """The directory of mkdocs.yml, here or above; else this directory."""
    here = Path.cwd()
    return next((path for path in (here, *here.parents) if (path / "mkdocs.yml").exists()), here)


def select(words: Sequence[str], root: Path) -> Selection:
    """Read the chapters named on the command line, and choose their scenarios.

    Raises an ExceptionGroup with a ChapterError for each chapter that is wrong, can't be read, or
    has nothing at the line asked for.
    """
    lines: dict[Path, list[int]] = {}
    for word in words or [str(path) for path in sorted((root / "docs").glob("*.md"))]:
        name, colon, line = word.rpartition(":")
        path, number = (Path(name), int(line)) if colon and line.isdigit() else (Path(word), 0)
        lines.setdefault(path.resolve(), []).append(number)
    chapters, found, chosen = [], dict[Path, tuple[Scenario, ...]](), list[Scenario]()
    errors = []
    for path, numbers in lines.items():
        shown_as = path.relative_to(root) if path.is_relative_to(root) else path
        try:
            chapter = read(path, shown_as, root / "snippets")
            found[chapter.path] = scenarios(chapter)
            chosen += _at(chapter, found[chapter.path], numbers)
            chapters.append(chapter)
        except OSError as error:
            errors.append(ChapterError(shown_as, 1, f"can't be read: {error.strerror}"))
        except ChapterError as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("chapters that are wrong", errors)
    return Selection(tuple(chapters), found, tuple(chosen))


def _at(chapter: Chapter, found: Sequence[Scenario], numbers: Sequence[int]) -> list[Scenario]:
    if 0 in numbers:
        return list(found)
    chosen = []
    for number in numbers:
        here = [s for s in found if any(b.line <= number <= b.fence.end for b in s.blocks)]
        here = here or [s for s in found if s.line <= number <= s.end]
        if not here:
            raise ChapterError(chapter.path, number, "no block that runs is at this line")
        chosen += [scenario for scenario in here if scenario not in chosen]
    return chosen


def main(words: Sequence[str] | None = None) -> int:
    parser = arguments()
    options = parser.parse_args(words)
    if options.json and not options.list:
        parser.error("--json goes with --list")
    if options.jobs < 1:
        parser.error("--jobs takes a number from 1")
    width = None if sys.stdout.isatty() else 200  # a pipe has no width, and folds badly
    out = Console(highlight=False, width=width)
    err = Console(highlight=False, stderr=True)
    root = project_root()
    try:
        selection = select(options.chapters, root)
    except ExceptionGroup as group:
        for error in group.exceptions:
            err.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return WRONG
    if not selection.chapters:
        parser.error(f"no chapter: {root / 'docs'} has no *.md")
    fates = [
        fate
        for chapter in selection.chapters
        for fate in listing.fates(chapter, selection.all[chapter.path])
    ]
    if options.list:
        if options.json:
            print(json.dumps(fates, ensure_ascii=False, indent=1))
        else:
            listing.show(out, fates)
        return PASSED
    try:
        passed = True
        for kernel in options.kernel or [kernels.DEFAULT]:
            report = _run(options, kernel, selection, out, err)
            _record(record_of(root, kernel), selection.chapters, report.results)
            report.summary(listing.account(fates))
            passed = passed and all(result.passed for result in report.results)
        return PASSED if passed else FAILED
    except MachineError as error:
        err.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return NO_MACHINE
    except KeyboardInterrupt:
        err.print("interrupted")
        return 130


def record_of(root: Path, kernel: str) -> Path:
    """The record of runs on a kernel: the site shows that of the default one."""
    name = "verification" if kernel == kernels.DEFAULT else f"verification-{kernel}"
    return root / "build" / f"{name}.json"


def _run(
    options: argparse.Namespace, kernel: str, selection: Selection, out: Console, err: Console
) -> Report:
    def note(text: str) -> None:
        err.print(text, style="dim", markup=False, soft_wrap=True)

    with (
        make_backends(options.backend, kernel, options.bare_metal, note) as backends,
        Report(out, len(selection.chosen)) as report,
    ):
        for result in run(selection.chosen, backends, options.jobs, options.exitfirst):
            report.add(result)
    return report


def _record(file: Path, chapters: Sequence[Chapter], results: Sequence[Result]) -> None:
    """Write what was found into a record of the project; a chapter from elsewhere is not its."""
    ours = [chapter for chapter in chapters if not chapter.path.is_absolute()]
    found = {
        chapter.path: record.entries(
            chapter, [result for result in results if result.scenario.chapter == chapter.path]
        )
        for chapter in ours
    }
    if ours:
        record.update(file, ours, found)


if __name__ == "__main__":
    sys.exit(main())
