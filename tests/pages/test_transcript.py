"""The transcript in a badge: what the run had and the text has not is marked."""

from html import unescape
from typing import Literal
from xml.etree.ElementTree import tostring

from entries import step

from harness.record import Line, Reason, Step, Value
from pages.verified.transcript import transcript_element, values_of


def value(
    run: str, where: Literal["command", "output"], line: int, column: int, text: str = "1234"
) -> Value:
    return Value("pid", text, run, where, line, column)


def html(*steps: Step) -> str:
    """As Python-Markdown writes it, to which the text comes escaped."""
    return unescape(tostring(transcript_element(steps), encoding="unicode"))


def mark(run: str, text: str = "1234") -> str:
    return f'<mark class="varies" title="本文では {text}">{run}</mark>'


def test_values_are_marked_where_they_stand_in_command_and_output() -> None:
    typed = [value("5", "command", 0, 8), value("5", "command", 1, 0)]
    shown = [value("5", "output", 1, 4)]
    page = html(step("kill -0 5 ||\n5", "5 5\npid 5 5\n", values=(*typed, *shown)))
    assert f">kill -0 {mark('5')} ||\n&gt; {mark('5')}\n</span>" in page
    assert f">5 5\npid {mark('5')} 5\n</span>" in page
    assert 'role="group" tabindex="0" aria-label="実行の記録"' in page  # reached by keyboard


def test_a_mark_is_in_its_place_beside_what_no_page_can_show() -> None:
    page = html(step("x", "\x025 5\n", values=(value("5", "output", 0, 3),)))
    assert f">5 {mark('5')}\n</span>" in page


def test_a_step_that_differs_shows_the_difference_instead() -> None:
    difference = (Line("missing", "y", 0), Line("extra", "x"))
    known = {"reason": Reason("output-differs"), "difference": difference, "more": 3}
    page = html(step("id", "x\n", prompt="# ", status=1, **known))
    assert '<span class="gp gp-Root"># </span>' in page
    assert '<span class="transcript__missing">- y\n</span>' in page
    assert '<span class="transcript__remark">^ ほか3行\n</span>' in page
    assert "終了ステータス 1" in page


def test_every_pair_of_values_is_listed_once() -> None:
    twice = (value("5", "output", 0, 0), value("5", "command", 0, 0))
    first = step("5", "5\n", values=twice)
    second = step("a", "7\n", values=(value("7", "output", 0, 0, "99"),))
    assert [(v.text, v.run) for v in values_of([first, second])] == [("1234", "5"), ("99", "7")]
