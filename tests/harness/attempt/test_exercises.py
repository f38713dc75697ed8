"""A reader's answer is compared with what the solution shows: without a machine."""

from pathlib import Path

import pytest
from project import ROOT

from harness.attempt.attempt import AttemptError, attempt, read_attempt
from harness.attempt.check import Outcome, outcome
from harness.attempt.exercise import exercises
from harness.plan.scenario import Interaction, Put
from harness.record import Step
from harness.run.play import Playing
from harness.run.verdict import Run, judge
from zenn.book import Book, read_book
from zenn.model import Document, Mistake
from zenn.parser import parse

BOOK = Book(Path("/nowhere"))
CHAPTER = """\
## まとめと演習

### 演習1（基本）：番号

:::details 解答
~console
$ readlink /proc/self/ns/uts
uts:[4026531838]
~

~console
$ sudo unshare -u sh -c 'readlink /proc/self/ns/uts; hostname'
uts:[4026532201]
unshared
~
:::

### 演習2（応用）：プログラム

:::details 解答
~python new:answer.py
print("ok")
~

~text:実行結果
ok
~
:::

### 演習3（挑戦）：見せない

:::details 解答
~console new
$ true
~
:::

### 演習4（応用）：ファイル

:::details 解答
~ini new file:answer.ini
[greeting]
~

~console
$ cat answer.ini
[greeting]
~
:::
"""


def chapter(text: str = CHAPTER) -> Document:
    return parse(text.replace("~", "```"), Path("docs/a.md"), BOOK)


def tried(number: int, name: str, text: str, *outputs: str, status: int = 0) -> Outcome:
    """What is said of an attempt whose steps show these outputs."""
    document = chapter()
    exercise = next(one for one in exercises(document) if one.number == number)
    made = attempt(document, exercise, Path(name), text, BOOK)
    steps = tuple(
        Step(
            line=action.line,
            terminal=action.terminal,
            prompt="$ ",
            text=action.exchange.text,
            command=action.exchange.text,
            output_line=action.exchange.output_line,
            status=status,
            user="reader",
            seconds=0.0,
            output=output,
        )
        for action, output in zip(
            [one for one in made.scenario.actions if isinstance(one, Interaction)],
            outputs,
            strict=True,
        )
    )
    return outcome(made, judge(made.scenario, Playing(steps), Run("qemu", "6.12")))


def test_exercises_are_found_with_their_grades() -> None:
    found = [(one.number, one.grade, one.title) for one in exercises(chapter())]
    assert found[:3] == [(1, "基本", "番号"), (2, "応用", "プログラム"), (3, "挑戦", "見せない")]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [("演習2", "演習1", "exercise 1 is that of line 3"), ("（基本）", "（初級）", "初級")],
)
def test_what_a_reader_could_not_name_is_a_mistake(before: str, after: str, what: str) -> None:
    with pytest.raises(Mistake, match=what):
        exercises(chapter(CHAPTER.replace(before, after)))


TYPED = "$ readlink /proc/self/ns/uts\n$ sudo unshare -u bash\n"


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ("uts:[1026532999]\nunshared\n", True),  # another run has another number
        ("something before\nuts:[1026532999]\nunshared\n", True),
        ("uts:[1026532999]\ninner\n", False),
        ("uts:[1026532999]\nunshared\nand more\n", False),
        ("unshared\n", False),
        ("uts:[1026532999] unshared\n", False),
        ("", False),
    ],
)
def test_the_output_of_what_is_typed_has_to_end_as_the_solution(shown: str, right: bool) -> None:
    assert tried(1, "answer.txt", TYPED, "", shown).right is right


def test_what_is_written_between_the_commands_counts_for_nothing() -> None:
    claimed = "$ true\nuts:[4026532201]\nunshared\n"
    assert tried(1, "answer.txt", claimed, "").right is False


def test_an_attempt_may_be_longer_than_the_block_that_it_stands_for() -> None:
    shown = ("", *[""] * 9, "uts:[1026532999]\nunshared\n")
    assert tried(1, "answer.txt", "$ true\n" * 10 + "$ a\n", *shown).right is True


def test_a_file_of_the_solution_is_there_for_what_is_typed_instead() -> None:
    document = chapter()
    exercise = exercises(document)[3]
    made = attempt(document, exercise, Path("a.txt"), "$ grep . answer.ini\n", BOOK)
    put, typed = made.scenario.actions
    assert isinstance(put, Put)
    assert isinstance(typed, Interaction)
    assert (Path(put.path).name, typed.exchange.text) == ("answer.ini", "grep . answer.ini")
    assert tried(4, "a.txt", "$ grep . answer.ini\n", "[greeting]\r\n").right
    assert tried(4, "a.txt", "$ echo hello\n", "hello\r\n").right is False


def test_values_keep_to_what_came_before_the_solution() -> None:
    document = CHAPTER.replace("### 演習1", "~console\n$ a\nuts:[4026532201]\n~\n\n### 演習1")
    parsed = chapter(document)
    made = attempt(parsed, exercises(parsed)[0], Path("a.txt"), "$ b\n", BOOK)
    script = [one.exchange.text for one in made.scenario.interactions]
    assert script == ["a", "b"]


@pytest.mark.parametrize("file", sorted((ROOT / "docs").glob("*.md")), ids=lambda one: one.stem)
def test_each_exercise_of_the_book_has_an_output_to_be_compared_with(file: Path) -> None:
    book = read_book(ROOT)
    document = parse(file.read_text("utf-8"), file, book)
    for one in exercises(document):
        made = attempt(document, one, Path("a.txt"), "$ true\n", book)
        assert made.shown
        assert any(line.strip() for line in made.shown.lines)


def test_a_program_takes_the_place_of_the_solutions() -> None:
    document = chapter()
    made = attempt(document, exercises(document)[1], Path("mine.py"), "print('mine')\n", BOOK)
    (put,) = [one for one in made.scenario.actions if isinstance(one, Put)]
    assert (put.path, put.text) == ("answer.py", "print('mine')\n")
    in_c = attempt(document, exercises(document)[1], Path("mine.c"), "int main(){}\n", BOOK)
    assert [one.exchange.text for one in in_c.scenario.interactions][-1] == "./answer"


@pytest.mark.parametrize(
    ("number", "name", "text", "why"),
    [
        (1, "a.py", "print(1)\n", "typed, and no program"),
        (2, "a.txt", "echo ok\n", "has no commands"),
        (3, "a.txt", "$ true\n", "shows no output"),
    ],
)
def test_what_cannot_be_compared_is_refused(number: int, name: str, text: str, why: str) -> None:
    document = chapter()
    with pytest.raises(AttemptError, match=why):
        attempt(document, exercises(document)[number - 1], Path(name), text, BOOK)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b"\xff", "UTF-8"),
        ("\u202e".encode(), "U\\+202E"),
        (b"#" * (1 << 19), "larger than 256 KiB"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "a.py"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AttemptError, match=why):
        read_attempt(file)
    with pytest.raises(AttemptError, match="no file, but a device or a pipe"):
        read_attempt(Path("/dev/zero"))
