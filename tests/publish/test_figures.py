"""The pictures that Zenn is shown are those of the figures as they are now."""

from pathlib import Path

import pytest
from project import ROOT, alone

from publish.figures import digest, made_of
from zenn.export.figure import figure_of, lit, words_of
from zenn.model import ChapterError

DOCS = ROOT / "docs"
FIGURES = sorted((DOCS / "images").glob("*.svg"))
MAP = DOCS / "images/map.svg"
PARTS = [(file, word) for file in FIGURES for word in sorted(words_of(file))]


@pytest.mark.parametrize(("file", "word"), PARTS, ids=str)
def test_each_part_has_a_picture_of_the_figure_as_it_is(file: Path, word: str) -> None:
    picture = file.with_name(f"{file.stem}-{word}.png")
    assert made_of(picture.read_bytes()) == digest(file, word), "make figures"


def test_a_changed_figure_has_another_digest(tmp_path: Path) -> None:
    file = tmp_path / "map.svg"
    file.write_text(MAP.read_text().replace("uts_ns", "uts_nt"))
    assert digest(file, "uts") != digest(MAP, "uts")


def test_the_parts_of_a_word_are_lit_and_no_others() -> None:
    file, word = figure_of("/images/map-user.png", DOCS) or (Path(), "")
    drawn = lit(file, word, "図の <意味>")
    assert 'aria-label="図の &lt;意味&gt;"' in drawn
    parts = drawn.split("<g")
    assert [">user_ns<" in part for part in parts if 'class="lit"' in part].count(True) == 1
    assert not [part for part in parts if 'class="lit"' in part and ">uts_ns<" in part]


def test_a_picture_without_a_figure_is_just_a_picture() -> None:
    assert figure_of("/images/badge.png", DOCS) is None
    assert figure_of("/images/badge-open.png", DOCS) is None
    assert "<img" in alone("![x](/images/badge.png)")


def test_a_part_that_there_is_not_is_told() -> None:
    with pytest.raises(ChapterError, match="no part `nothing`; it has all, cgroup"):
        lit(MAP, "nothing", "")
