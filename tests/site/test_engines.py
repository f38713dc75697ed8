"""The site is not tied to MkDocs: ProperDocs and Zensical build the same pages from mkdocs.yml."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the site is built of: Zensical builds nowhere but into site_dir."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def build(project: Path, *command: str) -> dict[str, str]:
    """Return the article of every page, by its path."""
    site = project / "site"
    shutil.rmtree(site, ignore_errors=True)
    run = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return {
        str(page.relative_to(site)): article
        for page in site.rglob("index.html")
        for article in re.findall(r"<article.*?</article>", page.read_text("utf-8"), re.DOTALL)
    }


@pytest.fixture(scope="module")
def articles(project: Path) -> dict[str, str]:
    """What MkDocs makes."""
    found = build(project, "mkdocs", "build", "--strict")
    assert len(found) == len(list((ROOT / "docs").rglob("*.md")))
    return found


def test_properdocs_builds_the_same_articles(project: Path, articles: dict[str, str]) -> None:
    assert build(project, "properdocs", "build", "--strict", "-f", "mkdocs.yml") == articles


def test_zensical_builds_the_same_articles(project: Path, articles: dict[str, str]) -> None:
    built = build(project, "zensical", "build", "--strict")
    assert {name: plain(page) for name, page in built.items()} == {
        name: plain(page) for name, page in articles.items()
    }


def plain(article: str) -> str:
    """Leave out what Zensical's frame adds, and what its search takes out once it has read it."""
    article = article.replace('<a id="__skip" tabindex="-1"></a>', "")
    article = article.replace(' data-search-exclude=""', "")
    return re.sub(r"\n\s*\n", "\n", article)
