"""A folder, such as all programs of the book, as a zip: ``python -m publish.archive DIR FILE``.

Equal files make equal bytes: no time, no owner and no order of the file system is in it.
"""

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from zenn.book import ProjectError, programs_of, read_book
from zenn.guard import no_links_out, visible

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format has


def write_archive(folder: Path, file: Path, below: str) -> None:
    """Write the files of `folder` into the zip `file`, in its folder `below`.

    Raises ProjectError for a link that leads out of it: nobody has said to give that away.
    """
    for why in no_links_out(folder, [folder]):
        raise ProjectError(why)
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in programs_of(folder):
            name = f"{below}/{path.relative_to(folder).as_posix()}"
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.create_system = 3  # Unix, wherever it is made
            member.external_attr = 0o100644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, path.read_bytes())


def main(words: Sequence[str]) -> None:
    """Write the archive that the command line asks for."""
    folder, file = map(Path, words)
    try:
        write_archive(folder, file, read_book(Path()).name)
    except ProjectError as error:
        sys.exit(visible(str(error)))
    except OSError as error:
        sys.exit(visible(f"{error.filename or file}: {error.strerror}"))


if __name__ == "__main__":
    main(sys.argv[1:])
