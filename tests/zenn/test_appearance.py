"""Line numbers and highlighted lines, from words that Zenn ignores."""

from collections.abc import Callable

import markdown
import pytest

from zenn.fences import Appearance, appearance
from zenn.model import Document, Mistake

Parse = Callable[[str], Document]
CODE = "a\nb\nc\nd\n```\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Appearance()),
        (" root", Appearance()),
        (" linenos", Appearance(numbered=True)),
        (" hl=2", Appearance(highlighted=(2,))),
        (" hl=3-4,1 linenos", Appearance(numbered=True, highlighted=(1, 3, 4))),
        (" hl=1 hl=1-2", Appearance(highlighted=(1, 2))),
    ],
)
def test_words_say_how_a_block_looks(chapter: Parse, words: str, expected: Appearance) -> None:
    (fence,) = chapter(f"```python{words}:a.py\n{CODE}").fences
    assert appearance(fence) == expected


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hl=5", "`hl=5`: the block has lines 1 to 4"),
        ("hl=3-9", "`hl=3-9`: the block has lines 1 to 4"),
        ("hl=0", "write lines of the block"),
        ("hl=", "write lines of the block"),
        ("hl=2-1", "the block has lines 1 to 4"),
        ("hl=x", "write lines of the block, as in `hl=3` or `hl=3-5,8`"),
    ],
)
def test_lines_that_the_block_does_not_have_are_the_authors_to_mend(
    chapter: Parse, word: str, message: str
) -> None:
    (fence,) = chapter(f"```python {word}:a.py\n{CODE}").fences
    with pytest.raises(Mistake) as caught:
        appearance(fence)
    assert (caught.value.line, message in caught.value.message) == (1, True)


def test_how_a_block_looks_changes_nothing_of_a_run(chapter: Parse) -> None:
    plain, marked, other = (
        chapter(f"```python{words}:a.py\n{CODE}").fences[0].digest
        for words in ("", " hl=1 linenos", " root")
    )
    assert plain == marked != other


def test_the_site_numbers_lines_and_marks_them() -> None:
    settings = {"pages.extension": {"docs": "", "record": ""}}
    page = markdown.markdown(
        f"```text hl=2 linenos\n{CODE}",
        extensions=["pages.extension"],
        extension_configs=settings,
    )
    assert 'data-linenos="4 "' in page
    assert page.count('class="hll"') == 1
    assert "b\n</span>" in page.partition('class="hll"')[2]
