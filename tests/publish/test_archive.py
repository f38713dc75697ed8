"""All programs as one zip, the same whenever and wherever it is made."""

import os
import zipfile
from pathlib import Path

import pytest

from publish.archive import write_archive
from zenn.book import ProjectError


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


def test_a_link_that_leads_out_is_not_given_away(snippets: Path, tmp_path: Path) -> None:
    (snippets / "02-uts/passwd").symlink_to("/etc/passwd")
    with pytest.raises(ProjectError, match="02-uts/passwd leads out of its folder"):
        write_archive(snippets, tmp_path / "1.zip", "a-book")
    assert not (tmp_path / "1.zip").exists()
