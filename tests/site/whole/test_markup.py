"""The structure of every page, and where every link leads."""

import subprocess
import sys
from pathlib import Path

from whole_book import Whole

CHECKS = Path(__file__).parent / "checks"
VALIDATE = CHECKS / "node_modules/html-validate/bin/html-validate.mjs"
LYCHEE = Path(sys.executable).with_name("lychee")


def validate(*pages: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", VALIDATE, "--config", CHECKS / "htmlvalidate.json", *pages],
        capture_output=True,
        text=True,
        check=False,
    )


def check_links(folder: Path) -> subprocess.CompletedProcess[str]:
    """Follow the links between the pages in `folder`, to the headings too; not those out of it."""
    # Addresses of the page for wrong addresses count from the root of the server.
    where: list[str | Path] = [
        "--root-dir",
        folder,
        "--index-files",
        "index.html",
        *folder.rglob("*.html"),
    ]
    return subprocess.run(
        [LYCHEE, "--offline", "--include-fragments", "--no-progress", *where],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_page_is_well_structured(whole: Whole) -> None:
    run = validate(*whole.folder.rglob("*.html"))
    assert run.returncode == 0, run.stdout + run.stderr


def test_bad_structure_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="ja"><title>x</title><p><div></div></p></html>')
    assert "element-permitted" in validate(page).stdout


def test_every_link_leads_somewhere(whole: Whole) -> None:
    run = check_links(whole.folder)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_link_to_a_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<h2 id="節">節</h2><a href="page.html#別の節">x</a>')
    assert check_links(tmp_path).returncode == 2
