"""JUnit XML as CI systems read it, and GitHub's annotations, of runs in real machines."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from harness.machine.backend import Backend
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.record import Score, Survivor
from harness.report.failures import annotations
from harness.report.junit import legal, to_xml
from harness.run.runner import run_one
from harness.run.verdict import Result

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

Run = Callable[[str], list[Result]]


@pytest.fixture
def run(chapter: Callable[[str], Chapter], backend: Backend) -> Run:
    """Run all scenarios of a chapter with the given text, the last first."""

    def all_of(text: str) -> list[Result]:
        found = scenarios(chapter(text))
        return [run_one(scenario, backend) for scenario in reversed(found)]

    return all_of


@pytest.fixture
def xml(run: Run) -> bytes:
    return to_xml("book", run(TEXT))


@pytest.fixture
def cases(xml: bytes) -> list[Element]:
    return list(ElementTree.fromstring(xml).iter("testcase"))


def test_a_chapter_says_how_much_is_caught_in_it(run: Run) -> None:
    survivor = Survivor(line=9, how="dropped", rule="elision", old="a", new="")
    score = Score(chapter="docs/x.md", text="a" * 64, caught=99, survivors=(survivor,))
    xml = to_xml("book", run(TEXT), [score])
    schema = xmlschema.XMLSchema10(Path(__file__).parent / "junit.xsd")
    assert [str(error) for error in schema.iter_errors(xml.decode())] == []
    properties = ElementTree.fromstring(xml).iter("property")
    found = {one.get("name"): one.get("value") for one in properties}
    assert (found["mutations"], found["mutations-caught"]) == ("100", "99")


def test_it_is_valid(xml: bytes) -> None:
    schema = xmlschema.XMLSchema10(Path(__file__).parent / "junit.xsd")
    assert [str(error) for error in schema.iter_errors(xml.decode())] == []
    assert [str(error) for error in schema.iter_errors(to_xml("book", []).decode())] == []


def test_a_chapter_is_a_suite_and_a_block_a_case_by_its_line(cases: list[Element]) -> None:
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("docs/x.md", "line 3 python x.py"),
        ("docs/x.md", "line 7 text 実行結果"),
        ("docs/x.md", "line 11 console"),
        ("docs/x.md", "line 20 console 端末A"),
        ("docs/x.md", "line 29 console"),
    ]


def test_another_reader_reads_the_same(xml: bytes) -> None:
    (suite,) = JUnitXml.fromstring(xml)
    assert (suite.name, suite.tests, suite.failures, suite.skipped) == ("docs/x.md", 5, 1, 1)
    assert suite.time == pytest.approx(sum(case.time for case in suite), abs=0.005)
    assert [[type(one).__name__ for one in case.result] for case in suite] == [
        [],
        [],
        [],
        ["Failure"],
        ["Skipped"],
    ]


def test_a_failure_says_where_and_shows_the_diff(cases: list[Element]) -> None:
    (failure,) = cases[3].findall("failure")
    assert failure.get("message") == "docs/x.md:21: the output differs"
    assert failure.text == (
        "FAILED docs/x.md:21 the output differs\n"
        "  $ cat <<EOF\n  > 50%\n  > EOF\n"
        "   24 - 51%\n      + 50%\n"
    )


def test_a_skip_says_why(cases: list[Element]) -> None:
    (skipped,) = cases[4].findall("skipped")
    assert "needs its own kernel" in (skipped.get("message") or "")


def test_the_transcript_is_what_was_typed_and_shown(cases: list[Element]) -> None:
    assert cases[0].find("system-out") is None
    assert cases[2].findtext("system-out") == (
        "$ python3 x.py\nok\n$ printf '\\033[31m<b>\\r\\n'\n<b>\n"
    )
    assert cases[3].findtext("system-out") == "[端末A] $ cat <<EOF\n> 50%\n> EOF\n50%\n"


def test_a_block_of_two_scenarios_is_one_case_and_the_worse(run: Run) -> None:
    cases = ElementTree.fromstring(to_xml("book", run(TEXT.replace("x.py\nok", "x.py\nno")))).iter(
        "testcase"
    )
    assert [[child.tag for child in case if child.tag == "failure"] for case in cases] == [
        ["failure"],
        [],
        ["failure"],
        ["failure"],
        [],
    ]


def test_what_xml_can_not_have_is_left_out(run: Run) -> None:
    xml = to_xml("book", run("~console\n$ printf 'a\\001\\033b\\n'\na\n~\n"))
    (case,) = ElementTree.fromstring(xml).iter("testcase")
    assert "+ a\\x01\\x1bb\n" in (case.findtext("failure") or "")
    assert (case.findtext("system-out") or "").endswith("\nab\n")


@given(st.text(st.characters(codec=None, categories=None)))
def test_no_text_breaks_it(text: str) -> None:
    element = Element("a", b=legal(text))
    element.text = legal(text)
    ElementTree.fromstring(ElementTree.tostring(element, encoding="utf-8"))


def test_an_annotation_stands_at_the_line_that_failed(run: Run) -> None:
    assert list(annotations(run(TEXT))) == [
        "::error file=docs/x.md,line=21,title=console 端末A%3A the output differs::"
        "FAILED docs/x.md:21 the output differs%0A  $ cat <<EOF%0A  > 50%25%0A  > EOF%0A"
        "   24 - 51%25%0A      + 50%25"
    ]


def test_an_annotation_is_one_line_whatever_was_printed(run: Run) -> None:
    text = "~console:a,b:c\n$ printf 'x\\r\\n::error::y\\n'\n~\n"
    (line,) = annotations(run(text))
    assert re.fullmatch(r"::error file=docs/x\.md,line=2,title=console a%2Cb%3Ac%3A[^\r\n]*", line)


def test_nothing_is_annotated_where_nothing_failed(run: Run) -> None:
    assert list(annotations(run("~console\n$ true\n~\n"))) == []
