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

from harness.compare import lines_of
from harness.record import Result
from harness.report.findings import Finding, findings

# What is no Char of XML 1.0 (https://www.w3.org/TR/xml/#charsets); it can't even be escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(results: Iterable[Result]) -> bytes:
    """The results as one document in UTF-8; times in seconds."""
    root = Element("testsuites", name="namespace-book")
    every = findings(results)
    for chapter, found in groupby(every, key=lambda finding: finding.chapter):
        root.append(_suite(chapter.as_posix(), list(found)))
    root.attrib |= {
        "tests": str(len(every)),
        "failures": str(_count(every, "failed")),
        "errors": "0",
        "time": _seconds(every),
    }
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(chapter: str, found: Sequence[Finding]) -> Element:
    dates = [finding.result.date for finding in found]
    suite = Element(
        "testsuite",
        name=_legal(chapter),
        file=_legal(chapter),
        tests=str(len(found)),
        failures=str(_count(found, "failed")),
        errors="0",
        skipped=str(_count(found, "skipped")),
        time=_seconds(found),
        timestamp=min(dates).removesuffix("Z"),  # JUnit's has no zone
    )
    machines = {
        "machine": {finding.result.machine for finding in found},
        "kernel": {finding.result.kernel for finding in found},
    }
    properties = SubElement(suite, "properties")
    for name, values in machines.items():
        SubElement(properties, "property", name=name, value=", ".join(sorted(values - {""})))
    suite.extend(_case(chapter, finding) for finding in found)
    return suite


def _case(chapter: str, finding: Finding) -> Element:
    verdict = finding.verdict
    case = Element(
        "testcase",
        classname=_legal(chapter),
        name=_legal(f"line {verdict.block.line} {finding.title}"),
        time=_seconds([finding]),
    )
    if verdict.outcome == "failed":
        message = _legal(f"{chapter}:{verdict.line}: {verdict.reason}")
        SubElement(case, "failure", type="failed", message=message).text = _legal(finding.text)
    elif verdict.outcome == "skipped":
        SubElement(case, "skipped", type="skipped", message=_legal(verdict.reason))
    if transcript := "".join(_shown(finding)):
        SubElement(case, "system-out").text = _legal(transcript)
    return case


def _shown(finding: Finding) -> Iterable[str]:
    """What the block's terminals showed, and which of them where they have names."""
    for step in finding.verdict.transcript:
        terminal = f"[{step['terminal']}] " if step["terminal"] else ""
        first, *more = step["command"].split("\n")
        yield f"{terminal}{step['prompt']}{first}\n"
        yield from (f"> {line}\n" for line in more)
        yield from (f"{line}\n" for line in lines_of(step["output"]))


def _count(found: Sequence[Finding], outcome: str) -> int:
    return sum(finding.verdict.outcome == outcome for finding in found)


def _seconds(found: Sequence[Finding]) -> str:
    return f"{sum(finding.verdict.seconds for finding in found):.3f}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
