"""What a reader plays in one machine, and how they would type it."""

from guests import Build

from harness.plan.passage import PATIENCE, PROGRAMS, Passage, passages

SECTIONS = """\
## a

~console
$ a
~

## b

[//]: # (leaves: 消せないので)
~console
$ b
~

## c

~console
$ c
~

~console new
$ d
~

## e

[//]: # (skip: 見るだけ)
~console new
$ never
~

## f

~console
$ f
~

## g

文だけ
"""


def typed(passage: Passage) -> list[list[str]]:
    """What is typed in each section of a passage."""
    return [
        [step.exchange.text for scenario in section for step in scenario.interactions]
        for section in passage.sections
    ]


def test_a_machine_is_begun_for_new_and_after_what_is_left_and_nowhere_else(chapter: Build) -> None:
    found = [typed(passage) for passage in passages(chapter(SECTIONS))]
    assert found == [[["a"], ["b"]], [["c"]], [["d"]], [["f"]]]


def test_a_chapter_that_runs_nothing_has_no_passage(chapter: Build) -> None:
    assert passages(chapter("## a\n\n文だけ\n")) == ()


def test_a_program_with_a_result_is_typed_with_sudo_where_root_runs_it(chapter: Build) -> None:
    text = "~c root timeout=2:x.c\nint x;\n~\n\n~text:実行結果\nok\n~\n\n~console root\n# id\n~\n"
    (passage,) = passages(chapter(text))
    program, terminal = passage.scenarios
    assert [step.exchange.text for step in program.interactions] == [
        "gcc -Wall -Wextra -Wpedantic -o x x.c",
        "sudo ./x",
    ]
    for step in program.interactions:
        assert (step.terminal, step.user, str(step.exchange.prompt)) == (PROGRAMS, "reader", "$ ")
        assert step.settings.timeout == PATIENCE * 2
    (step,) = terminal.interactions
    assert (step.terminal, step.user, step.exchange.text) == ("", "root", "id")


def test_what_is_asked_for_is_found_by_its_scenario(chapter: Build) -> None:
    first, *others = passages(chapter(SECTIONS))
    assert first.holds(first.scenarios[1:])
    assert not first.holds(one for other in others for one in other.scenarios)
    assert [block.line for block in first.blocks] == [3, 10]
