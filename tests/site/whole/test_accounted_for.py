"""What the harness accounts for is what the site shows."""

import json
import re
import subprocess
import sys
from pathlib import Path

from whole_book import ROOT, Whole


def test_every_code_block_of_the_site_is_accounted_for(whole: Whole) -> None:
    listed = subprocess.run(
        [sys.executable, "tools/run_snippets.py", "--list", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    accounted = [
        f"{Path(fate['chapter']).name}:{fate['line']}" for fate in json.loads(listed.stdout)
    ]
    shown = []
    for page in sorted(whole.folder.glob("**/index.html")):
        html = page.read_text("utf-8")
        blocks = re.findall(r'data-block="([^"]+)"', html)
        assert len(blocks) == len(re.findall(r"<pre[ >]", _without_badges(html)))
        shown += blocks
    assert sorted(shown) == sorted(accounted)
    assert accounted


def _without_badges(html: str) -> str:
    return re.sub(r'<details class="badge.*?</details>', "", html, flags=re.DOTALL)
