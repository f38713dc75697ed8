"""All programs as one zip, the same whenever and wherever it is made."""

import os
import zipfile
from pathlib import Path

from publish.archive import write_archive


def test_the_archive_has_every_program_below_one_folder(snippets: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "programs.zip"
    write_archive(snippets, file, "a-book")
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["a-book/02-uts/clone.c", "a-book/02-uts/hello.py"]
        hello = archive.read("a-book/02-uts/hello.py")
        assert hello == (snippets / "02-uts/hello.py").read_bytes()


def test_the_same_programs_make_the_same_bytes(snippets: Path, tmp_path: Path) -> None:
    write_archive(snippets, tmp_path / "1.zip", "a-book")
    for path in snippets.rglob("*.*"):
        os.utime(path, (0, 0))
        path.chmod(0o600)
    write_archive(snippets, tmp_path / "2.zip", "a-book")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    (snippets / "02-uts/hello.py").write_text("other\n")
    write_archive(snippets, tmp_path / "2.zip", "a-book")
    assert (tmp_path / "1.zip").read_bytes() != (tmp_path / "2.zip").read_bytes()
