"""``python -m publish SITE FILE…``: write the offline site SITE as each FILE (.pdf or .epub)."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from publish.articles import browser
from publish.epub import write_epub
from publish.pdf import write_pdf
from zenn.book import ProjectError, book_names, read_book
from zenn.guard import visible_lines

_WRITERS = {".pdf": write_pdf, ".epub": write_epub}


def main(words: Sequence[str]) -> int:
    """Write the files that the command line asks for; 1 if something for it is missing."""
    site, *files = (Path(word).resolve() for word in words)
    try:
        book = book_names(read_book(Path()))
        with browser() as chromium:
            for file in files:
                file.parent.mkdir(parents=True, exist_ok=True)
                _WRITERS[file.suffix](chromium, site, book, file)
    except (OSError, ProjectError, subprocess.CalledProcessError) as error:
        print(visible_lines(str(error)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
