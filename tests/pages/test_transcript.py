"""The transcript in a badge: what the run had and the text has not is marked."""

from html import unescape
from xml.etree.ElementTree import tostring

from pages.verified.badges import Step, Value
from pages.verified.transcript import transcript_element, values_of


def value(run: str, where: str, line: int, column: int, text: str = "1234") -> Value:
    return Value("pid", text, run, where, line, column)


def html(*steps: Step) -> str:
    """As Python-Markdown writes it, to which the text comes escaped."""
    return unescape(tostring(transcript_element(steps), encoding="unicode"))


def mark(run: str, text: str = "1234") -> str:
    return f'<mark class="varies" title="本文では {text}">{run}</mark>'


def test_values_are_marked_where_they_stand_in_command_and_output() -> None:
    typed = [value("5", "command", 0, 8), value("5", "command", 1, 0)]
    shown = [value("5", "output", 1, 4)]
    step = Step("", "$ ", "kill -0 5 ||\n5", "5 5\npid 5 5\n", 0, values=(*typed, *shown))
    page = html(step)
    assert f">kill -0 {mark('5')} ||\n&gt; {mark('5')}\n</span>" in page
    assert f">5 5\npid {mark('5')} 5\n</span>" in page


def test_a_value_that_is_not_where_the_record_says_is_not_marked() -> None:
    coloured = Step("", "$ ", "ls", "\x1b[1m5\n", 0, values=(value("5", "output", 0, 0),))
    assert "<mark" not in html(coloured)


def test_a_step_that_differs_shows_the_difference_instead() -> None:
    page = html(Step("", "# ", "id", "x\n", 1, ("- y", "+ x")))
    assert '<span class="gp gp-Root"># </span>' in page
    assert '<span class="transcript__missing">- y\n</span>' in page
    assert "終了ステータス 1" in page


def test_every_pair_of_values_is_listed_once() -> None:
    first = Step(
        "", "$ ", "a", "", 0, values=(value("5", "output", 0, 0), value("5", "command", 0, 0))
    )
    second = Step("", "$ ", "b", "", 0, values=(value("7", "output", 0, 0, "99"),))
    assert [(v.text, v.run) for v in values_of([first, second])] == [("1234", "5"), ("99", "7")]


def test_the_transcript_can_be_reached_and_scrolled_by_keyboard() -> None:
    page = html(Step("", "$ ", "id", "", 0))
    assert 'role="group" tabindex="0" aria-label="実行の記録"' in page
