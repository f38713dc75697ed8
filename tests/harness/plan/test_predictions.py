"""The right answer to a prediction is what runs have shown, and nothing else."""

from pathlib import Path

import pytest

from harness.plan.chapter import from_document
from zenn.book import Book
from zenn.model import ChapterError
from zenn.parser import parse
from zenn.predictions import predictions

BOOK = Book(Path("/nowhere"))
BLOCK = """\
~console
$ readlink /proc/self/ns/uts
uts:[4026531838]
$ sudo unshare -u readlink /proc/self/ns/uts
uts:[4026532201]
$ hostname; echo uts:[4026531838] 1234; date
unshared
uts:[4026531838] 1234
Tue Nov 24 11:20:00 UTC 2026
...
any <...>
~
"""
VARIES = "[//]: # (varies: 1234 pid)\n"


def chapter(said: str, choices: str = "- 同じ\n- 違う\n", block: str = BLOCK) -> str:
    comments = f"[//]: # (predict: {said})\n{VARIES}"
    text = f"問い\n\n{choices}\n:::details 答え\n{comments}\n{block}\n説明\n:::\n"
    return text.replace("~", "```")


def answer(text: str) -> tuple[str, tuple[str, str] | None]:
    document = parse(text, Path("x.md"), BOOK)
    made = from_document(document, BOOK)
    (found,) = predictions(document)
    return found.choices[found.answer], made.blocks[0].unlike


NAMES = "- `inner`\n- `unshared` のまま\n"


@pytest.mark.parametrize(
    ("said", "choices", "expected"),
    [
        ("違う 2 4", "- 同じ\n- 違う番号\n", "違う番号"),
        ("同じ 2 7:1", "- 違う\n- 同じ\n", "同じ"),
        ("6", NAMES, "unshared のまま"),
    ],
)
def test_the_answer_is_what_stands_at_the_places(said: str, choices: str, expected: str) -> None:
    assert answer(chapter(said, choices))[0] == expected


def test_what_is_not_to_become_the_same_is_handed_to_the_run() -> None:
    assert answer(chapter("違う 2 7:2"))[1] == ("uts:[4026531838]", "1234")
    assert answer(chapter("同じ 2 7:1"))[1] is None


@pytest.mark.parametrize(
    ("said", "choices", "why"),
    [
        ("同じ 2 4", "", "are not the same"),
        ("違う 2 7:1", "", "are the same"),
        ("違う 1 2", "", "is typed, and no output"),
        ("違う 2 8", "", "another date would do"),
        ("違う 2 9", "", "stands for any lines"),
        ("違う 2 10", "", "another wildcard would do"),
        ("違う 2 99", "", "is no line of the block"),
        ("違う 2 7:3", "", "line 7 has 2 words"),
        ("違う", "", "is no line of the block"),
        ("おなじ 2 4", "", "write `predict:"),
        ("違う 2 4", "- 同じ\n- 別\n", "no choice begins with 違う"),
        ("違う 2 4", "- 違う\n- 違うかも\n", "not one choice alone"),
        ("違う 2 4", "- 違う\n", "it has one choice"),
        ("違う 2 4", "文\n", "right after a list"),
        ("6", "- `inner`\n- `other`\n", "no choice quotes `unshared`"),
        ("6", "- `unshared`\n- `unshared` だ\n", "not one choice alone"),
        ("7:2", "- `1234`\n- `1`\n", "varies from run to run"),
    ],
)
def test_an_answer_that_no_run_decides_is_a_mistake(said: str, choices: str, why: str) -> None:
    with pytest.raises(ChapterError, match=why):
        answer(chapter(said, choices or "- 同じ\n- 違う\n"))


def test_two_of_one_text_have_to_be_of_one_kind() -> None:
    alike = "~console\n$ x\nuts:[1234567890]\nuts:[1234567890]\n~\n"
    assert answer(chapter("同じ 2 3", block=f"{alike}\n{PID}"))[0] == "同じ"
    mixed = "~console\n$ ps\n  PID CMD\n 5678 sh\n$ echo 5678\n5678 x\n~\n"
    assert answer(chapter("同じ 3:1 5:1", block=f"{mixed}\n{PID}"))[0] == "同じ"
    other = mixed.replace(" 5678 sh", "uts:[5678567856] sh").replace("5678 x", "x:[5678567856]")
    with pytest.raises(ChapterError, match="not the same"):
        answer(chapter("同じ 3:1 5:1", block=f"{other}\n{PID}"))


def test_a_value_told_elsewhere_by_its_shape_is_no_choice() -> None:
    block = "~console\n$ x\nuts:[4026532201]\n4026532201\n~\n"
    with pytest.raises(ChapterError, match="varies from run to run"):
        answer(chapter("3", "- `4026532201`\n- `1`\n", block=f"{block}\n{PID}"))


PID = "~console\n$ z\n1234\n~\n"
