"""Which wrong texts a run would give away: texts with the record of a run, nothing run again."""

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import entries
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from harness.compare import ELISIONS
from harness.mutate import measure as measuring
from harness.mutate.listing import summary
from harness.mutate.measure import Measured, measure
from harness.plan.chapter import Chapter, from_document
from harness.plan.scenario import scenarios
from harness.record import Entry
from zenn.book import Book, ProjectError
from zenn.guard.bounds import TooMuchError
from zenn.parser import parse

BOOK = Book(Path(__file__).parent)


def read(text: str) -> Chapter:
    """A chapter; ``~`` at the start of a line stands for a fence."""
    return from_document(parse(re.sub("(?m)^~", "```", text), Path("docs/x.md"), BOOK), BOOK)


def ran(chapter: Chapter, outputs: Sequence[str], typed: Sequence[str] = ()) -> list[Entry]:
    """A record of the chapter's only scenario: what each step showed, and what was typed if that
    is not what the text has."""
    (scenario,) = scenarios(chapter)
    commands = typed or [step.exchange.text for step in scenario.interactions]
    steps = {
        step.line: entries.step(command, output, line=step.line)
        for step, command, output in zip(scenario.interactions, commands, outputs, strict=True)
    }
    return [
        entries.of(
            block.fence,
            chapter="docs/x.md",
            kind=block.kind,
            scenario=tuple(one.fence.digest for one in scenario.blocks),
            steps=tuple(steps[s.line] for s in scenario.interactions if s.block.line == block.line),
        )
        for block in scenario.blocks
    ]


def measured(text: str, *outputs: str, typed: Sequence[str] = ()) -> Measured:
    chapter = read(text)
    return measure(chapter, scenarios(chapter), ran(chapter, outputs, typed))


def passing(found: Measured) -> set[tuple[int, str, str]]:
    """The survivors, of a run that passes as the text is."""
    assert not found.untold
    assert not found.unlike
    return {(one.line, one.how, one.rule) for one in found.score.survivors}


def test_of_a_text_that_is_literal_every_change_is_caught() -> None:
    shown = "total 12\n  drwx a\n  drwx a\nend 007\n"
    found = measured(f"~console\n$ ls\n{shown}$ true\n~\n", shown, "")
    assert passing(found) == set()
    assert found.score.varying == {}
    assert found.score.caught == found.score.tried > 20
    assert "(100.0 %)" in summary([found.score])


def test_a_run_from_top_to_bottom_is_measured_as_one_of_its_own() -> None:
    chapter = read("~console\n$ ls\na\n~\n")
    (alone,) = ran(chapter, ["a\n"])
    after = structs.replace(alone, scenario=("0" * 64, *alone.scenario), since=1)
    whole, other = (structs.replace(one, scenario=("0" * 64,)) for one in (after, alone))
    scores = [measure(chapter, scenarios(chapter), [one]).score for one in (alone, after)]
    assert scores[0] == scores[1]
    assert scores[0].caught
    assert all(measure(chapter, scenarios(chapter), [one]).untold for one in (whole, other))


LINES = st.lists(st.from_regex(r"[ab ]{0,3}[abc12.]{1,5}( {1,3}[abc12])?", fullmatch=True))


@given(LINES.filter(lambda lines: bool(lines) and not ELISIONS & {one.strip() for one in lines}))
def test_of_any_literal_lines_every_change_is_caught(lines: list[str]) -> None:
    shown = "".join(f"{line}\n" for line in lines)
    assert passing(measured(f"~console\n$ x\n{shown}~\n", shown)) == set()


def test_a_line_beside_an_elision_can_go() -> None:
    found = measured("~console\n$ x\na\n...\nd\n~\n", "a\nb\nd\n")
    assert passing(found) == {(3, "dropped", "elision"), (5, "dropped", "elision")}


def test_an_elision_of_nothing_is_a_survivor_too() -> None:
    assert (4, "dropped", "elision") in passing(measured("~console\n$ x\na\n...\n~\n", "a\n"))


def test_a_wildcard_hides_nothing_beside_it() -> None:
    found = measured("~console\n$ x\nsize  <...:size> kB, 3 …\n~\n", "size  12 kB, 3 files\n")
    assert passing(found) == set()
    assert found.score.varying == {"wildcard": 1}  # its name
    assert found.score.caught > 8


def test_what_is_typed_into_programs_is_no_output() -> None:
    text = '~console prompt="db> " answers status\n$ db\nName: [{}]\nhello {}\ndb> get\nA\n[2]\n~\n'
    found = measured(text.format("Al", "Al"), "", "hello Al\n", "A\n")
    assert passing(found) == set()
    # Letters, and lines dropped and doubled, of the two lines that are shown.
    assert found.score.caught == found.score.tried == 3 + 4 + 1
    # An answer with a value that varies is typed as the run has it.
    varies = "[//]: # (varies: 1234 pid)\n" + text.format("1234", "1234").replace(
        "$ db", "$ db\n1234"
    )
    shown = ("77\n", "hello 77\n", "A\n")
    typed = ("db", "77", "get")
    assert passing(measured(varies, *shown, typed=typed)) == set()


def test_a_value_that_stands_once_may_be_any_and_no_other_shape() -> None:
    found = measured("~console\n$ x\nuts:[4026532201]\n~\n", "uts:[4026532300]\n")
    assert passing(found) == set()
    assert found.score.varying == {"shape inode": 10}


def test_a_value_that_stands_twice_may_not_change_alone_nor_become_another() -> None:
    text = "~console\n$ x\nuts:[41]\n$ y\nuts:[41]\nuts:[42]\n~\n"
    found = measured(text, "uts:[71]\n", "uts:[71]\nuts:[72]\n")
    assert passing(found) == set()
    assert found.score.varying == {"shape inode": 2}  # the digits of 42, one at a time


def test_what_the_text_says_in_a_later_block_counts() -> None:
    text = (
        "[//]: # (varies: 34 pid)\n~console\n$ x\n34\n$ kill 34\n~\n\n~console\n$ y\n34 of 34\n~\n"
    )
    typed = ["x", "kill 77", "y"]
    assert passing(measured(text, "77\n", "", "77 of 77\n", typed=typed)) == set()


def test_a_measure_may_be_any() -> None:
    found = measured("~console\n$ uptime\nup 12 min\n~\n", "up 13 min\n")
    assert passing(found) == set()
    assert set(found.score.varying) == {"measure uptime"}


def test_spaces_count_except_where_columns_shift() -> None:
    text = "~console\n$ x\nNS       CMD\nuts:[41] a  b\n~\n"
    assert passing(measured(text, "NS       CMD\nuts:[72] a  b\n")) == set()
    passed = passing(measured(text, "NS        CMD\nuts:[411] a  b\n"))
    assert {(how, rule) for _, how, rule in passed} == {("space", "columns")}


def test_what_a_running_command_has_shown_is_not_shown_again_later() -> None:
    text = "~console\n$ x\na\nb\n~\n\n~console\nc\n^C\n~\n"
    assert passing(measured(text, "a\nb\n", "c\n", "")) == set()


def test_a_text_that_the_record_does_not_know_is_not_measured() -> None:
    chapter = read("~console\n$ x\na\n~\n")
    other = read("~console\n$ x\nb\n~\n")
    found = measure(chapter, scenarios(chapter), ran(other, ["b\n"]))
    assert (found.untold, found.unlike, found.score.tried) == ((1,), (), 0)


@pytest.mark.parametrize(
    ("output", "typed"), [("b\n", "x"), ("a\n", "other"), ("a\nmore\n", "x")], ids=str
)
def test_a_run_that_does_not_pass_now_is_told(output: str, typed: str) -> None:
    found = measured("~console\n$ x\na\n~\n", output, typed=[typed])
    assert (found.untold, found.unlike, found.score.tried) == ((), (2,), 0)


def test_equal_blocks_have_the_outputs_of_their_own_runs() -> None:
    block = "~console\n$ date +%F\n2026-01-02\n~\n"
    found = measured(f"{block}\n{block}", "2026-03-04\n", "2026-03-05\n")
    assert passing(found) == set()


def test_a_chapter_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def long(*_: object) -> None:
        raise TooMuchError("docs/x.md: it takes too long")

    monkeypatch.setattr(measuring, "measure", long)
    selection: Any = SimpleNamespace(chapters=[SimpleNamespace(path="docs/x.md")], of=lambda _: ())
    with pytest.raises(ProjectError, match="too long, or name some of its lines"):
        measuring.measure_all(selection, [])
