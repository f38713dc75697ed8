"""The book's programs in Rust: each is in its chapter's crate, and shows what its siblings show."""

import tomllib
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from harness.compare import Expectation, Renaming
from harness.plan.chapter import read
from harness.plan.scenario import scenarios
from zenn.book import read_book

ROOT = Path(__file__).parents[2]
BOOK = read_book(ROOT)
SOURCES = sorted(BOOK.programs.glob("*/*.rs"))
CRATES = sorted({source.parent for source in SOURCES})


def manifest(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "Cargo.toml").read_text("utf-8"))


def test_the_workspace_has_every_chapter_with_a_program_and_no_other() -> None:
    assert manifest(BOOK.programs)["workspace"]["members"] == [crate.name for crate in CRATES]


@pytest.mark.parametrize("crate", CRATES, ids=lambda folder: folder.name)
def test_a_crate_has_its_programs_and_asks_for_what_is_compiled_already(crate: Path) -> None:
    said = manifest(crate)
    named = [(one["name"], one["path"]) for one in said["bin"]]
    assert named == [(source.stem, source.name) for source in sorted(crate.glob("*.rs"))]
    # With other features, or of another edition, the crates would be made once more, for minutes.
    assert said["dependencies"] == manifest(BOOK.programs / ".cargo")["dependencies"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_program_says_how_it_is_run(source: Path) -> None:
    text = source.read_text("utf-8")
    assert text.startswith("//! ")
    assert f"\n//! 実行: cargo build --quiet --bin {source.stem}\n" in text
    assert f"target/debug/{source.stem}" in text


def test_programs_of_one_name_show_the_same_in_each_language() -> None:
    shown = results()
    assert len(shown) > 10
    for each in shown.values():
        (first, *others) = each.values()
        for other in others:
            # One renaming of the values that vary, as between a text and its run.
            assert Expectation(first).compare(other, Renaming()).passed, each


def results() -> dict[str, dict[str, tuple[str, ...]]]:
    """What programs with a result show, in whichever chapter that is, by their path and language:
    of those that there are in several, Rust among them."""
    found: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for path in sorted(BOOK.chapters.glob("*.md")):
        for scenario in scenarios(read(path, BOOK.shown(path), BOOK)):
            first, last = scenario.blocks[0], scenario.blocks[-1]
            if first.kind == "program" and last.kind == "result" and first.fence.source:
                name = PurePosixPath(first.fence.source)
                output = scenario.interactions[-1].exchange.output
                found[str(name.with_suffix(""))].setdefault(name.suffix, output)
    return {name: each for name, each in found.items() if ".rs" in each and len(each) > 1}
