"""The site is not tied to MkDocs: ProperDocs and Zensical build the same pages from mkdocs.yml."""

import re
import shutil
from pathlib import Path

import pytest
from project import mkdocs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the site is built of: Zensical builds nowhere but into site_dir."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "tools").symlink_to(ROOT / "tools")
    return folder


def build(project: Path, name: str) -> dict[str, str]:
    """Return the article of every page, by its path."""
    site = project / "site"
    shutil.rmtree(site, ignore_errors=True)
    run = mkdocs(project, name)
    assert run.returncode == 0, run.stdout + run.stderr
    return {
        str(page.relative_to(site)): article
        for page in site.rglob("index.html")
        for article in re.findall(r"<article.*?</article>", page.read_text("utf-8"), re.DOTALL)
    }


@pytest.fixture(scope="module")
def articles(project: Path) -> dict[str, str]:
    """What MkDocs makes."""
    found = build(project, "mkdocs")
    assert len(found) == len(list((ROOT / "docs").rglob("*.md")))
    return found


def test_properdocs_builds_the_same_articles(project: Path, articles: dict[str, str]) -> None:
    assert build(project, "properdocs") == articles


def test_zensical_builds_the_same_articles(project: Path, articles: dict[str, str]) -> None:
    assert plain(build(project, "zensical")) == plain(articles)


def plain(articles: dict[str, str]) -> dict[str, str]:
    """Leave out what Zensical's frame adds, and what its search takes out once it has read it."""
    added = r'<a id="__skip" tabindex="-1"></a>| data-search-exclude=""'
    return {n: re.sub(r"\n\s*\n", "\n", re.sub(added, "", a)) for n, a in articles.items()}
