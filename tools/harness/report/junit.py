"""JUnit XML of what runs found, for CI systems: a testsuite a chapter, a testcase a block.

There is no standard, only what reads it. This keeps to what the strictest of them accepts, the
schema ``junit-10.xsd`` of Jenkins' xUnit plugin, which is also what pytest writes as ``xunit2``:
https://github.com/jenkinsci/xunit-plugin (src/main/resources/org/jenkinsci/plugins/xunit/types/
model/xsd/junit-10.xsd). A testcase has no attributes for file and line there, so that its class is
the chapter and its name begins with the line.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from harness.record import Entry, Score
from harness.report.failures import failure, plain
from harness.report.words import words
from harness.run.verdict import CHAPTER_KEPT, Result, within_budget, worst
from zenn.guard import visible_lines

# What is no Char of XML 1.0 (https://www.w3.org/TR/xml/#charsets); it can't even be escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(book: str, results: Iterable[Result], scores: Iterable[Score] = ()) -> bytes:
    """The results of a book as one document in UTF-8; times in seconds.

    A chapter with a score has the properties ``mutations`` and ``mutations-caught``.
    """
    root = Element("testsuites", name=legal(book))
    entries = worst(results)
    of_chapters = {score.chapter: score for score in scores}
    for chapter, found in groupby(entries, key=lambda entry: entry.chapter):
        kept = within_budget(found, CHAPTER_KEPT)
        root.append(_suite(legal(chapter), kept, of_chapters.get(chapter)))
    root.attrib |= _counts(entries)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(chapter: str, entries: Sequence[Entry], score: Score | None) -> Element:
    suite = Element("testsuite", name=chapter, file=chapter)
    suite.attrib |= _counts(entries) | {"skipped": str(_count(entries, "skipped"))}
    date = min(entry.date for entry in entries)
    suite.set("timestamp", date.removesuffix("Z"))  # JUnit's has no zone
    properties = SubElement(suite, "properties")
    for name in ("machine", "kernel"):
        values = {getattr(entry, name) for entry in entries} - {""}
        SubElement(properties, "property", name=name, value=", ".join(sorted(values)))
    for since, broke in sorted({(e.since, e.broke or 0) for e in entries if e.since}):
        why = f", because line {broke} had broken the one before" if broke else ""
        SubElement(properties, "property", name="machine-since", value=f"line {since}{why}")
    if score:
        for name, number in (("mutations", score.tried), ("mutations-caught", score.caught)):
            SubElement(properties, "property", name=name, value=str(number))
    suite.extend(_case(chapter, entry) for entry in entries)
    return suite


def _case(chapter: str, entry: Entry) -> Element:
    name = legal(f"line {entry.line} {entry.title}")
    case = Element("testcase", classname=chapter, name=name, time=_seconds([entry]))
    why = words(entry.reason) if entry.reason else ""
    if entry.verdict == "failed":
        message = legal(f"{entry.chapter}:{entry.about}: {why}")
        fault = SubElement(case, "failure", type="failed", message=message)
        fault.text = legal(plain(failure(entry)))
    elif entry.verdict == "skipped":
        SubElement(case, "skipped", type="skipped", message=legal(why))
    if entry.steps:
        SubElement(case, "system-out").text = legal("".join(_shown(entry)))
    return case


def _shown(entry: Entry) -> Iterable[str]:
    """What the block's terminals showed, and which of them where they have names."""
    for step in entry.steps:
        terminal = f"[{step.terminal}] " if step.terminal else ""
        first, *more = step.command.split("\n")
        yield f"{terminal}{step.prompt}{first}\n"
        yield from (f"> {line}\n" for line in more)
        yield f"({step.cut} characters are not kept)\n" if step.cut else step.output


def _counts(entries: Sequence[Entry]) -> dict[str, str]:
    return {
        "tests": str(len(entries)),
        "failures": str(_count(entries, "failed")),
        "errors": "0",
        "time": _seconds(entries),
    }


def _count(entries: Sequence[Entry], verdict: str) -> int:
    return sum(entry.verdict == verdict for entry in entries)


def _seconds(entries: Sequence[Entry]) -> str:
    return f"{sum(entry.seconds for entry in entries):.3f}"


def legal(text: str) -> str:
    """A text that only shows something, without what XML can't have."""
    return _ILLEGAL.sub("", visible_lines(text))
