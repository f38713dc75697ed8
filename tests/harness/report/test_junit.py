"""JUnit XML as CI systems read it, and GitHub's annotations, of runs in real machines."""

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import xmlschema
from guests import Play
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from harness.record import Score, Survivor
from harness.report.failures import annotations
from harness.report.junit import legal, to_xml

MACHINES = ("namespaces",)
TEXT = """\
## 一つ目

~python:x.py
print("ok")
~

~text:実行結果
ok
~

~console
$ python3 x.py
ok
$ printf '\\033[31m<b>\\r\\n'
<b>
~

## 二つ目

~console:端末A
$ cat <<EOF
> 50%
> EOF
51%
~

## 三つ目

~console vm
$ true
~
"""


@pytest.fixture
def run(play: Play) -> Play:
    """Run all scenarios of a chapter with the given text; the results come in another order."""
    return lambda text: play(text)[::-1]


def cases_of(xml: bytes) -> list[Element]:
    return list(ElementTree.fromstring(xml).iter("testcase"))


def test_a_chapter_says_how_much_is_caught_in_it(run: Play) -> None:
    survivor = Survivor(line=9, how="dropped", rule="elision", old="a", new="")
    score = Score(chapter="docs/x.md", text="a" * 64, caught=99, survivors=(survivor,))
    xml = to_xml("book", run(TEXT), [score])
    schema = xmlschema.XMLSchema10(Path(__file__).parent / "junit.xsd")
    assert [str(error) for error in schema.iter_errors(xml.decode())] == []
    properties = ElementTree.fromstring(xml).iter("property")
    found = {one.get("name"): one.get("value") for one in properties}
    assert (found["mutations"], found["mutations-caught"]) == ("100", "99")


@pytest.fixture
def cases(run: Play) -> list[Element]:
    return cases_of(to_xml("book", run(TEXT)))


def test_it_is_valid_and_another_reader_reads_the_same(run: Play) -> None:
    schema, results = xmlschema.XMLSchema10(Path(__file__).parent / "junit.xsd"), run(TEXT)
    for some in (results, []):
        errors = schema.iter_errors(to_xml("book", some).decode())
        assert [str(error) for error in errors] == []
    (suite,) = JUnitXml.fromstring(to_xml("book", results))
    assert (suite.name, suite.tests, suite.failures, suite.skipped) == ("docs/x.md", 5, 1, 1)
    assert suite.time == pytest.approx(sum(case.time for case in suite), abs=0.005)
    outcomes = [[type(one).__name__ for one in case.result] for case in suite]
    assert outcomes == [[], [], [], ["Failure"], ["Skipped"]]
    assert {case.classname for case in suite} == {"docs/x.md"}
    names = ["3 python x.py", "7 text 実行結果", "11 console", "20 console 端末A", "29 console"]
    assert [case.name for case in suite] == [f"line {name}" for name in names]


def test_a_failure_says_where_and_shows_the_diff_and_a_skip_says_why(cases: list[Element]) -> None:
    (failure,) = cases[3].findall("failure")
    assert failure.get("message") == "docs/x.md:21: the output differs"
    assert failure.text == (
        "FAILED docs/x.md:21 the output differs\n"
        "  $ cat <<EOF\n  > 50%\n  > EOF\n"
        "   24 - 51%\n      + 50%\n"
    )

    (skipped,) = cases[4].findall("skipped")
    assert "needs its own kernel" in (skipped.get("message") or "")


def test_the_transcript_is_what_was_typed_and_shown(cases: list[Element]) -> None:
    assert cases[0].find("system-out") is None
    assert cases[2].findtext("system-out") == (
        "$ python3 x.py\nok\n$ printf '\\033[31m<b>\\r\\n'\n<b>\n"
    )
    assert cases[3].findtext("system-out") == "[端末A] $ cat <<EOF\n> 50%\n> EOF\n50%\n"


def test_a_block_of_two_scenarios_is_one_case_and_the_worse(run: Play) -> None:
    cases = cases_of(to_xml("book", run(TEXT.replace("x.py\nok", "x.py\nno"))))
    failed = [case.find("failure") is not None for case in cases]
    assert failed == [True, False, True, True, False]


def test_what_xml_can_not_have_is_shown(run: Play) -> None:
    (case,) = cases_of(to_xml("book", run("~console\n$ printf 'a\\001\\033b\\n'\na\n~\n")))
    assert "+ a\\x01\\x1bb\n" in (case.findtext("failure") or "")
    assert (case.findtext("system-out") or "").endswith("\na\\x01\\x1bb\n")


@given(st.text(st.characters(codec=None, categories=None)))
def test_no_text_breaks_it(text: str) -> None:
    element = Element("a", b=legal(text))
    element.text = legal(text)
    ElementTree.fromstring(ElementTree.tostring(element, encoding="utf-8"))


def test_an_annotation_stands_at_the_line_that_failed(run: Play) -> None:
    assert list(annotations(run(TEXT))) == [
        "::error file=docs/x.md,line=21,title=console 端末A%3A the output differs::"
        "FAILED docs/x.md:21 the output differs%0A  $ cat <<EOF%0A  > 50%25%0A  > EOF%0A"
        "   24 - 51%25%0A      + 50%25"
    ]
    # It is one line whatever was printed.
    text = "~console:a,b:c\n$ printf 'x\\r\\n::error::y\\n'\n~\n"
    (line,) = annotations(run(text))
    assert re.fullmatch(r"::error file=docs/x\.md,line=2,title=console a%2Cb%3Ac%3A[^\r\n]*", line)
    assert list(annotations(run("~console\n$ true\n~\n"))) == []
