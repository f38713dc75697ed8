"""``python -m zenn lint [FILES]`` and ``python -m zenn export DIR``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from zenn.book import Book, ProjectError, read_book
from zenn.export.book import Refused, export
from zenn.guard import visible
from zenn.guard.streams import finish, open_streams
from zenn.lint import is_of, lint_book, lint_files

CLEAN, FOUND = range(2)


def main(words: Sequence[str]) -> int:
    """Do what the words of the command line say, and return the exit status."""
    options = _parser().parse_args(words)
    try:
        book = read_book(Path())
    except ProjectError as error:
        print(error, file=sys.stderr)
        return FOUND
    if options.what == "lint":
        status, said = _lint(book, options.files)
    else:
        status, said = _export(book, options.folder)
    if full := finish(sys.stdout, said):
        print(full, file=sys.stderr)
        return FOUND
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m zenn", description="The book as Zenn has it.")
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    lint = commands.add_parser("lint", help="say what Zenn would show otherwise than is meant")
    lint.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="or a folder; default: docs and config.yaml",
    )
    export = commands.add_parser("export", help="write books/ and images/ for Zenn")
    export.add_argument("folder", type=Path, metavar="DIR", help="what the files are written into")
    return parser


def _lint(book: Book, files: Sequence[Path]) -> tuple[int, str]:
    """Lint the book, or some files: the exit status, and what is to be said."""
    for file in files:
        if not is_of(book, file):
            print(f"{file}: not below {book.docs}/, and so none of Zenn's", file=sys.stderr)
    found = lint_files(files, book) if files else lint_book(book)
    return (FOUND if found else CLEAN), "".join(f"{visible(str(one))}\n" for one in found)


def _export(book: Book, folder: Path) -> tuple[int, str]:
    """Export the book: the exit status, and what is to be said."""
    try:
        done = export(book, folder)
    except Refused as refused:
        for sentence in refused.sentences:
            print(visible(sentence), file=sys.stderr)
        return FOUND, ""
    except OSError as error:
        print(f"{error.filename or folder}: {error.strerror}", file=sys.stderr)
        return FOUND, ""
    return CLEAN, f"{done}\n"


if __name__ == "__main__":
    open_streams()
    sys.exit(main(sys.argv[1:]))
