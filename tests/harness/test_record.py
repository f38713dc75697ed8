"""The record: a real one is read back as it was, one that is wrong in any way is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

import msgspec
import pytest
from entries import author, entry
from guests import Build
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from harness import record
from harness.machine.backend import Backend
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.record import Entry, Line, Reason, RecordError, chosen, merge
from harness.run.runner import run_one
from harness.run.verdict import skip, update
from pages.verified.transcript import transcript_element

MACHINES = ("namespaces",)
Written = tuple[Entry, ...]
TEXT = """\
## 通るもの

~python:x.py
print("ok")
~

~text:実行結果
ok
~

## 通らないもの

~ini file:/etc/x.conf
a = 1
~

~console:端末A
reader@unshared:~$ cat <<EOF
> hi
> EOF
ho
$ sleep 9
^C
$ python3 -q
>>> 1
1
^D
$ kill -9 $$
~

## 毎回変わるもの

[//]: # (varies: 1234 pid)
~console
$ echo; echo "pid $$"

pid 1234
$ kill -0 1234; readlink /proc/1234/ns/uts
uts:[1]
$ printf '\\033[1m%s\\033[0m\\r\\n' "red $$"
red 1234
~

## 動かさないもの

~console vm
$ true
~

[//]: # (skip: ホスト側)
~console
$ vagrant up
~

~mermaid
graph LR
~
"""


@pytest.fixture
def path(chapter: Build, backend: Backend, tmp_path: Path) -> Path:
    """The record of a chapter that has every kind of block and every verdict."""
    read = chapter(TEXT)
    path = tmp_path / "build" / "verification.json"
    update(path, tmp_path, [read], [run_one(scenario, backend) for scenario in scenarios(read)])
    return path


@pytest.fixture
def written(path: Path) -> Written:
    return record.load(path)


def test_what_a_run_writes_is_read_back(written: Written) -> None:
    assert [f"{entry.kind} {entry.verdict}" for entry in written] == [
        "program passed", "result passed", "file passed", "console failed", "console passed",
        "console skipped", "console skipped", "shown shown",
    ]  # fmt: skip
    ran, skipped = written[0].software, written[5].software
    assert ran["debian"].startswith("13")
    assert ran["python3"].startswith("3.13")
    assert {"util-linux", "gcc", "libc6"} < set(ran)
    assert skipped == {}


def test_the_schema_takes_it(path: Path) -> None:
    schema = record.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    found = json.loads(path.read_text("utf-8"))
    assert [error.message for error in validator.iter_errors(found)] == []
    assert not validator.is_valid(found | {"version": 2})


def test_a_step_that_differs_has_its_difference_and_what_is_to_be_there(written: Written) -> None:
    first, second, *_ = written[3].steps
    assert first.difference == (Line("missing", "ho", 0), Line("extra", "hi"))
    assert (first.reason, first.corrected) == (Reason("output-differs"), ("hi",))
    assert (first.line, first.output_line) == (18, 21)
    assert second.passed


def test_a_step_has_the_values_that_stand_for_those_of_the_text(written: Written) -> None:
    first, second, _ = written[4].steps
    (pid,) = first.values
    assert first.output.split("\n")[pid.line][pid.column :] == pid.run
    assert (pid.kind, pid.text, pid.where, pid.line, pid.column) == ("pid", "1234", "output", 1, 4)
    *typed, inode = second.values
    assert [second.command[v.column :].split("/")[0].split(";")[0] for v in typed] == [pid.run] * 2
    assert (inode.text, inode.where, inode.column) == ("1", "output", 5)
    assert second.output == f"uts:[{inode.run}]\n"


def test_an_output_is_recorded_as_compared_and_marked_in_its_place(written: Written) -> None:
    *_, coloured = written[4].steps
    (pid,) = coloured.values
    assert coloured.output == f"red {pid.run}\n"
    assert pid.column == 4
    page = tostring(transcript_element([coloured]), encoding="unicode")
    *_, shown = page.split('<span class="go">')
    assert shown.startswith('red <mark class="varies" title="本文では 1234">')


def refused(path: Path, change: Callable[[Any], object]) -> bool:
    found = json.loads(path.read_text("utf-8"))
    change(found)
    path.write_text(json.dumps(found))
    return record.read(path) == ()


def test_a_machine_may_not_come_alive_but_nothing_may_be_added(path: Path) -> None:
    def nowhere(found: Any) -> None:
        for name in ("machine", "kernel", "software", "steps"):
            found["blocks"][3].pop(name)

    assert not refused(path, nowhere)
    assert refused(path, lambda found: found.update(more=""))


WHY = {"code": "output-differs"}
VALUE = {"kind": "pid", "text": "1", "run": "2"}


@pytest.mark.parametrize(
    ("block", "name", "value"),
    [
        pytest.param(0, "chapter", "/etc/passwd", id="a chapter outside the project"),
        pytest.param(0, "line", 0, id="no line"),
        pytest.param(0, "line", "7", id="a line in quotes"),
        pytest.param(0, "digest", "abc", id="no digest"),
        pytest.param(0, "digest", None, id="a digest that is missing"),
        pytest.param(0, "scenario", [], id="a scenario without blocks"),
        pytest.param(0, "kind", "image", id="an unknown kind"),
        pytest.param(0, "kind", "shown", id="only shown, but passed"),
        pytest.param(0, "verdict", "ok", id="an unknown verdict"),
        pytest.param(0, "reason", WHY, id="a reason to have passed"),
        pytest.param(0, "about", 3, id="a line without a reason"),
        pytest.param(0, "machine", "", id="passed, but nowhere"),
        pytest.param(0, "kernel", "", id="passed, on no kernel"),
        pytest.param(0, "date", "", id="passed, but never ran"),
        pytest.param(0, "date", "2026-11-23T19:49:22", id="a date without its zone"),
        pytest.param(0, "date", "2026-13-23T19:49:22Z", id="a thirteenth month"),
        pytest.param(3, "verdict", "passed", id="passed, with a step that has failed"),
        pytest.param(3, "reason", None, id="failed, without a reason"),
        pytest.param(5, "reason", None, id="skipped, without a reason"),
        pytest.param(3, "about", None, id="failed at no line"),
        pytest.param(3, "date", "", id="failed, but never ran"),
        pytest.param(3, "kernel", "", id="in a machine without a kernel"),
        pytest.param(0, "software", {"gcc": ""}, id="a package of no version"),
        pytest.param(5, "software", {"gcc": "14"}, id="software of no machine"),
        pytest.param(3, "machine", "", id="steps of no machine"),
        pytest.param(5, "machine", "qemu", id="skipped, but in a machine"),
        pytest.param(7, "date", "2026-11-23T19:49:22Z", id="only shown, but has run"),
        pytest.param(7, "kind", "console", id="only shown, but a console"),
        pytest.param(3, "more", "", id="something more"),
        pytest.param(5, "since", 3, id="skipped, but since a line"),
        pytest.param(0, "broke", 3, id="after a break, but in no passage"),
    ],
)
def test_a_broken_block_is_refused(path: Path, block: int, name: str, value: object) -> None:
    assert refused(path, lambda found: found["blocks"][block].update({name: value}))


STEPS = {"prompt": "\x1b$ ", "status": "0", "user": "", "seconds": -1, "reason": None, "more": ""}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *STEPS.items(), ("status", 256), ("seconds", None), ("difference", ["ho"]),
        ("values", [VALUE]), ("values", [VALUE | {"where": "output", "line": 0, "column": 0}]),
    ],
)  # fmt: skip
def test_a_broken_step_is_refused(path: Path, name: str, value: object) -> None:
    assert refused(path, lambda found: found["blocks"][3]["steps"][0].update({name: value}))


OTHER = ("a" * 64, "b" * 64)
LATER = "2027-01-01T00:00:00Z"
PASSED, FAILED, SKIPPED = (
    entry(verdict, date="2026-11-23T19:00:00Z") for verdict in ("passed", "failed", "skipped")
)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(name: str, *entries: Entry) -> Path:
        record.write(tmp_path / name, entries)
        return tmp_path / name

    return save


@pytest.mark.parametrize(
    ("wins", "loses"),
    [
        pytest.param(FAILED, PASSED, id="worse, at the same time"),
        pytest.param(FAILED, replace(PASSED, scenario=OTHER, date=LATER), id="worse"),
        pytest.param(PASSED, replace(SKIPPED, date=LATER), id="it ran"),
        pytest.param(PASSED, replace(SKIPPED, scenario=OTHER), id="it ran, in another scenario"),
        pytest.param(replace(PASSED, date=LATER), FAILED, id="newer, of one scenario"),
        pytest.param(SKIPPED, replace(SKIPPED, date=""), id="newer, though neither ran"),
    ],
)
def test_of_two_that_know_a_block(saved: Callable[..., Path], wins: Entry, loses: Entry) -> None:
    paths = [saved("1.json", wins), saved("2.json", loses)]
    assert merge(paths) == merge(paths[::-1]) == [wins]


KNOWN = [SKIPPED, PASSED, replace(PASSED, kernel="6.1"), FAILED, replace(FAILED, date=LATER)]
KNOWN += [replace(PASSED, date=LATER), replace(PASSED, scenario=OTHER)]
KNOWN += [replace(FAILED, scenario=OTHER, date=LATER), replace(SKIPPED, date=LATER)]


@given(st.permutations(KNOWN))
def test_the_order_of_records_does_not_matter(known: list[Entry]) -> None:
    assert chosen(known) == replace(FAILED, date=LATER)


def test_blocks_are_merged_in_order_but_not_those_of_different_texts(
    saved: Callable[..., Path],
) -> None:
    first = saved("1.json", entry(line=30, digest="c" * 64), entry(chapter="docs/02-b.md"))
    second = saved("2.json", entry(line=4, digest="d" * 64))
    places = [(found.chapter, found.line) for found in merge([first, second])]
    assert places == [("docs/01-a.md", 4), ("docs/01-a.md", 30), ("docs/02-b.md", 3)]
    paths = [saved("1.json", entry()), saved("2.json", entry(digest="c" * 64))]
    wrong = r"2\.json: docs/01-a\.md:3 is another block than in .*1\.json"
    with pytest.raises(RecordError, match=wrong):
        merge(paths)


BROKEN = json.loads(msgspec.json.encode(entry())) | {"verdict": "ok"}
NO_RECORD = {
    "missing": (None, "can't be read: No such file"),
    "half written": ("{", "not a record of this harness"),
    "not a record": ("\xff", "not a record"),
    "too deep": ("[" * 100_000, "not a record"),
    "a list": ("[]", "not a record of this harness"),
    "older": ('{"version": 2, "blocks": []}', "version 2, where this"),
    "no blocks": ('{"version": 4}', "not a record"),
    "a number": ('{"version": 4, "blocks": [3]}', "not a record"),
    "broken": (json.dumps({"version": 4, "blocks": [BROKEN]}), "$.blocks[0]."),
}


@pytest.mark.parametrize(("text", "message"), NO_RECORD.values(), ids=NO_RECORD)
def test_what_is_no_record_is_named_and_says_nothing(
    tmp_path: Path, saved: Callable[..., Path], text: str | None, message: str
) -> None:
    path = tmp_path / "2.json"
    if text is not None:
        path.write_text(text, encoding="latin-1")
    with pytest.raises(RecordError) as caught:
        merge([saved("1.json", entry()), path])
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert record.read(path) == ()


SAME = "~console\n$ hostname\nunshared\n~\n\n"


@pytest.mark.parametrize("others", ["", "~console\n$ true\n~\n\n"], ids=["alike", "in another"])
def test_of_equal_blocks_those_that_did_not_run_keep_their_entries(
    chapter: Build, tmp_path: Path, others: str
) -> None:
    path = tmp_path / "verification.json"

    def lines_after(read: Chapter, *chosen: int) -> list[int]:
        found = [skip(scenarios(read)[at], author("x")) for at in chosen]
        update(path, tmp_path, [read], found)
        return sorted(entry.line for entry in record.load(path))

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/x.md").touch()
    read = chapter(f"## a\n\n{SAME}## b\n\n{SAME}{others}")
    first, second = 3, 10
    rest = [15] if others else []
    assert lines_after(read, 0, 1) == [first, second, *rest]
    assert lines_after(read, 0) == [first, second, *rest]
    assert lines_after(read, 1) == [first, second, *rest]
    # What is no block any more goes, and so does a scenario that isn't what it was.
    read = chapter(f"## a\n\n{SAME}## b\n\n~console\n$ false\n~\n")
    assert lines_after(read, 0) == [first]
