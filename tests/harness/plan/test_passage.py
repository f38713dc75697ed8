"""What a reader plays in one machine, and how they would type it."""

import pytest
from guests import Build

from harness.compare import Reason
from harness.plan.passage import Passage, passages
from harness.plan.scenario import scenarios
from harness.plan.scenario.reader import PATIENCE, PROGRAMS
from harness.plan.scenario.sections import COMPILE_SECONDS
from harness.run.verdict import entries
from zenn.model import ChapterError

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
    waits = [step.settings.timeout for step in program.interactions]
    assert waits == [PATIENCE * COMPILE_SECONDS, PATIENCE * 2]
    (step,) = terminal.interactions
    assert (step.terminal, step.user, step.exchange.text) == ("", "root", "id")


ON = """\
## a

~console on=guest
$ guest
~

~console on=reader
$ reader
~

~python on=reader:x.py
pass
~

~text:実行結果
~

## b

~console
$ both
~
"""


def test_what_is_true_on_one_kind_of_machine_is_run_on_that_alone(chapter: Build) -> None:
    read = chapter(ON)
    (passage,) = passages(read)
    assert typed(passage) == [["python3 x.py", "reader"], ["both"]]
    guest = [step.exchange.text for one in scenarios(read) for step in one.interactions]
    assert guest == ["guest", "both"]
    assert passage.holds(scenarios(read)[:1])
    there, elsewhere = entries(read, [], "reader"), entries(read, [])
    assert [(one.line, one.reason) for one in there] == [(3, Reason("only-on-guest"))]
    only = Reason("only-on-reader")
    assert [(one.line, one.reason) for one in elsewhere] == [(7, only), (11, only), (15, only)]
    with pytest.raises(ChapterError, match="unknown word `on=host`: do you mean `on="):
        chapter("~console on=host\n$ x\n~\n")


def test_what_is_asked_for_is_found_by_its_scenario(chapter: Build) -> None:
    first, *others = passages(chapter(SECTIONS))
    assert first.holds(first.scenarios[1:])
    assert not first.holds(one for other in others for one in other.scenarios)
    assert [block.line for block in first.blocks] == [3, 10]
