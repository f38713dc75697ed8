"""Every page: its structure, where its links lead, and that its blocks are accounted for."""

import json
import re
import sys
from pathlib import Path

from processes import Done, python, ran
from whole_book import ROOT, Whole

CHECKS = Path(__file__).parent / "checks"
VALIDATE = CHECKS / "node_modules/html-validate/bin/html-validate.mjs"
LYCHEE = Path(sys.executable).with_name("lychee")


def validate(*pages: Path) -> Done:
    return ran("node", VALIDATE, "--config", CHECKS / "htmlvalidate.json", *pages)


def check_links(folder: Path) -> Done:
    """Follow the links between the pages in `folder`, to the headings too; not those out of it."""
    # Addresses of the page for wrong addresses count from the root of the server.
    where: list[str | Path] = [
        "--root-dir",
        folder,
        "--index-files",
        "index.html",
        *folder.rglob("*.html"),
    ]
    return ran(LYCHEE, "--offline", "--include-fragments", "--no-progress", *where)


def test_every_page_is_well_structured_and_every_link_leads_somewhere(whole: Whole) -> None:
    for run in (validate(*whole.folder.rglob("*.html")), check_links(whole.folder)):
        assert run.returncode == 0, run.stdout + run.stderr


def test_bad_structure_and_a_link_to_a_heading_that_is_not_there_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="ja"><title>x</title><p><div></div></p></html>')
    assert "element-permitted" in validate(page).stdout
    page.write_text('<h2 id="節">節</h2><a href="page.html#別の節">x</a>')
    assert check_links(tmp_path).returncode == 2


def test_every_code_block_of_the_site_is_accounted_for(whole: Whole) -> None:
    listed = python("tools/run_snippets.py", "--list", "--json", cwd=ROOT)
    accounted = [
        f"{Path(fate['chapter']).name}:{fate['line']}" for fate in json.loads(listed.stdout)
    ]
    shown = []
    for page in sorted(whole.folder.glob("**/index.html")):
        html = page.read_text("utf-8")
        blocks = re.findall(r'data-block="([^"]+)"', html)
        without_badges = re.sub(r'<details class="badge.*?</details>', "", html, flags=re.DOTALL)
        assert len(blocks) == len(re.findall(r"<pre[ >]|<figure class=\"diagram", without_badges))
        shown += blocks
    assert sorted(shown) == sorted(accounted)
    assert accounted
