"""A folder, such as all programs of the book, as a zip: ``python -m publish.archive DIR FILE``.

Equal files make equal bytes: no time, no owner and no order of the file system is in it.
"""

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from zenn.book import read_book

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format has


def write_archive(folder: Path, file: Path, below: str) -> None:
    """Write the files of `folder` into the zip `file`, in its folder `below`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = f"{below}/{path.relative_to(folder).as_posix()}"
                member = zipfile.ZipInfo(name, _NO_TIME)
                member.create_system = 3  # Unix, wherever it is made
                member.external_attr = 0o100644 << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, path.read_bytes())


def main(words: Sequence[str]) -> None:
    """Write the archive that the command line asks for."""
    folder, file = map(Path, words)
    write_archive(folder, file, read_book(Path.cwd()).name)


if __name__ == "__main__":
    main(sys.argv[1:])
