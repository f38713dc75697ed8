"""The book itself: what the harness accounts for is what the site shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", path],
        cwd=ROOT,
        check=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    return path


def test_every_code_block_of_the_site_is_accounted_for(site: Path) -> None:
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
    for page in sorted(site.glob("**/index.html")):
        html = page.read_text("utf-8")
        blocks = re.findall(r'data-block="([^"]+)"', html)
        assert len(blocks) == len(re.findall(r"<pre[ >]", _without_badges(html)))
        shown += blocks
    assert sorted(shown) == sorted(accounted)
    assert accounted


def _without_badges(html: str) -> str:
    return re.sub(r'<details class="badge.*?</details>', "", html, flags=re.DOTALL)
