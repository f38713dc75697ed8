"""Chapters of a stranger's pull request, each with what must become of it.

`chapters/NAME.md` begins with ``[//]: # (becomes: WHAT)``: ``passed``; ``failed CODE``, with the
code of a `Reason` among those of its blocks (none: any will do); or ``refused SENTENCE``, a part of
what its author is told. All of its scenarios become the same. Those that are large are made here;
those in `chapters/weekly/` take minutes, and are played where the fuzz has its hour (``FUZZ=240``).
"""

import io
import os
import re
import resource
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import guests
import pytest

from harness import record
from harness.machine.backend import Backend
from harness.plan.chapter import read
from harness.plan.scenario import scenarios
from harness.report.failures import annotations
from harness.report.junit import to_xml
from harness.report.report import Report, SafeConsole
from harness.run.runner import run_one
from harness.run.verdict import Result
from zenn.book import Book
from zenn.model import ChapterError

CHAPTERS = Path(__file__).parent / "chapters"
FOLDERS = ("", "weekly") if os.environ.get("FUZZ", "1") != "1" else ("",)
FILES = {file.stem: file for folder in FOLDERS for file in (CHAPTERS / folder).glob("*.md")}
SECONDS, MEMORY = 10.0, 200 << 20  # of the host's processor, and bytes, that a chapter may take

LARGE = {
    "elisions": ("failed", "```console\n$ false\n" + "...\n" * 1200 + "```\n"),
    "comments": ("passed", "<!--" * 2500 + "\n\n```console\n$ true\n```\n"),
    "comments-that-end": ("passed", "<!--" * 2500 + "\n-->\n\n```console\n$ true\n```\n"),
    "headings": ("passed", "# a\n" * 20_000 + "\n```console\n$ true\n```\n"),
    "brackets": ("", "[^" * 5_000),
    "nested-yaml": ("refused nested too deeply", f"---\na: {'[' * 3000}\n---\n"),
    "aliases": ("refused an alias", "---\na: &a [1]\nb: [*a, *a]\n---\n"),
    "large": ("refused larger than 256 KiB", "text\n" * 100_000),
    "long-line": ("refused more than 20000 characters", "x" * 30_000),
    "number": (
        "passed",
        f"```ini file:/tmp/number\n{'1' * 9_000}\n```\n\n"
        "```console\n$ wc -c </tmp/number\n9001\n```\n",
    ),
    "dates": (
        "failed too-costly",
        f"```console\n$ yes '2026-01-01 10:00:00' | head -400 | tr '\\n' ' '\n"
        f"{'2026-01-01 10:00:00 ' * 400}\n```\n",
    ),
}
NAMES = sorted([*LARGE, *FILES])


@pytest.fixture
def book(tmp_path: Path) -> Book:
    (tmp_path / "snippets").mkdir()
    for file in FILES.values():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    for name, (_, text) in LARGE.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    return Book(tmp_path, docs=".", guest=guests.GUEST)


@pytest.fixture
def bounded() -> Iterator[None]:
    """What is done takes little of the host's processor and memory."""
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY >> 10


def becomes(name: str) -> tuple[str, str]:
    """What must become of a chapter: the verdict, and the code or the sentence."""
    said = LARGE[name][0] if name in LARGE else ""
    if name not in LARGE:
        found = re.match(r"\[//\]: # \(becomes: (.*)\)\n", FILES[name].read_text("utf-8"))
        assert found
        said = found[1]
    verdict, _, rest = said.partition(" ")
    return verdict, rest


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("name", [name for name in NAMES if becomes(name)[0] in ("refused", "")])
def test_its_author_is_told(name: str, book: Book) -> None:
    verdict, sentence = becomes(name)
    said = f"{name}.md:1: "
    try:
        scenarios(read(book.root / f"{name}.md", Path(f"{name}.md"), book))
    except ChapterError as error:
        said = str(error)
    assert re.match(rf"{name}\.md:[1-9]\d*: ", said)
    assert sentence in said
    assert not verdict or said != f"{name}.md:1: "


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("name", [n for n in NAMES if becomes(n)[0] in ("passed", "failed")])
def test_nothing_but_its_verdict_comes_of_it(
    name: str, book: Book, backend: Backend, tmp_path: Path
) -> None:
    verdict, code = becomes(name)
    chapter = read(book.root / f"{name}.md", Path(f"{name}.md"), book)
    results = [run_one(scenario, backend) for scenario in scenarios(chapter)]
    entries = [entry for result in results for entry in result.entries]
    reasons = {entry.reason.code for entry in entries if entry.reason}
    reasons |= {step.reason.code for entry in entries for step in entry.steps if step.reason}
    found = ["passed" if result.passed else "failed" for result in results]
    assert found == [verdict] * len(results)
    assert not code or code in reasons
    record.write(tmp_path / "build/verification.json", entries)
    assert list(record.load(tmp_path / "build/verification.json")) == entries
    assert_harmless(told(results))
    ElementTree.fromstring(to_xml("book", results))


def told(results: list[Result]) -> str:
    """What a run says in CI."""
    out = io.StringIO()
    report = Report(SafeConsole(file=out, width=200, highlight=False, emoji=False))
    for result in results:
        report.failures(result)
    report.summary(results, None)
    said = out.getvalue()
    for line in annotations(results):
        assert line.startswith("::error file=")
        assert_harmless(line.removeprefix("::error "))
    return said


def assert_harmless(said: str) -> None:
    for line in said.split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        for sign in line:
            assert sign == "\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"), ascii(line)
