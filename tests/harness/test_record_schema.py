"""The schema of the record: a real record is valid, and one that is wrong in any way is not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import harness
from harness import record
from harness.machine.backend import Backend
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.run.runner import run_one

SCHEMA = json.loads((Path(harness.__file__).parent / "record.schema.json").read_text("utf-8"))
MACHINES = ("namespaces",)
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


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    return Draft202012Validator(SCHEMA)


@pytest.fixture
def written(chapter: Callable[[str], Chapter], backend: Backend, tmp_path: Path) -> Any:
    """The record of a chapter that has every kind of block and every verdict, as read back."""
    read = chapter(TEXT)
    results = [run_one(scenario, backend) for scenario in scenarios(read)]
    path = tmp_path / "build" / "verification.json"
    record.update(path, tmp_path, [read], {read.path: record.entries(read, results)})
    return json.loads(path.read_text("utf-8"))


def test_what_a_run_writes_is_valid(written: Any, validator: Draft202012Validator) -> None:
    assert [(entry["kind"], entry["verdict"]) for entry in written["blocks"]] == [
        ("program", "passed"),
        ("result", "passed"),
        ("file", "passed"),
        ("console", "failed"),
        ("console", "passed"),
        ("console", "skipped"),
        ("console", "skipped"),
        ("shown", "shown"),
    ]
    assert [error.message for error in validator.iter_errors(written)] == []


def test_the_schema_has_the_version_that_is_written(
    written: Any, validator: Draft202012Validator
) -> None:
    assert SCHEMA["properties"]["version"]["const"] == record.VERSION
    assert not validator.is_valid(written | {"version": 3})


def test_a_step_that_differs_has_its_difference(written: Any) -> None:
    assert [step["difference"] for step in written["blocks"][3]["transcript"][:2]] == [
        ["- ho", "+ hi"],
        [],
    ]


def test_a_step_has_the_values_that_stand_for_those_of_the_text(written: Any) -> None:
    first, second = written["blocks"][4]["transcript"]
    (pid,) = first["values"]
    assert first["output"].split("\n")[pid["line"]][pid["column"] :] == pid["run"]
    assert pid | {"run": ""} == {
        "kind": "pid", "text": "1234", "run": "", "where": "output", "line": 1, "column": 4
    }  # fmt: skip
    *typed, inode = second["values"]
    assert [
        second["command"][value["column"] :].split("/")[0].split(";")[0] for value in typed
    ] == [pid["run"]] * 2
    assert (inode["text"], inode["where"], inode["column"]) == ("1", "output", 5)
    assert second["output"] == f"uts:[{inode['run']}]\n"


def test_what_ran_says_with_which_software(written: Any) -> None:
    ran, skipped = written["blocks"][0]["software"], written["blocks"][5]["software"]
    assert ran["debian"].startswith("13")
    assert ran["python3"].startswith("3.13")
    assert {"util-linux", "gcc", "libc6"} < set(ran)
    assert skipped == {}


def test_a_machine_may_not_come_alive(written: Any, validator: Draft202012Validator) -> None:
    nowhere = {"machine": "", "kernel": "", "software": {}, "seconds": 0.0, "transcript": []}
    written["blocks"][3] |= nowhere
    assert validator.is_valid(written)


def test_nothing_may_be_missing(written: Any, validator: Draft202012Validator) -> None:
    failed = written["blocks"][3]
    for parent in (written, failed, failed["transcript"][0]):
        for name in list(parent):
            value = parent.pop(name)
            assert not validator.is_valid(written), name
            parent[name] = value
    assert validator.is_valid(written)


def test_nothing_may_be_added(written: Any, validator: Draft202012Validator) -> None:
    failed = written["blocks"][3]
    for parent in (written, failed, failed["transcript"][0]):
        parent["more"] = ""
        assert not validator.is_valid(written)
        del parent["more"]


@pytest.mark.parametrize(
    ("block", "name", "value"),
    [
        pytest.param(0, "chapter", "/etc/passwd", id="a chapter outside the project"),
        pytest.param(0, "line", 0, id="no line"),
        pytest.param(0, "line", "7", id="a line in quotes"),
        pytest.param(0, "digest", "abc", id="no digest"),
        pytest.param(0, "scenario", [], id="a scenario without blocks"),
        pytest.param(0, "kind", "image", id="an unknown kind"),
        pytest.param(0, "kind", "shown", id="only shown, but passed"),
        pytest.param(0, "verdict", "ok", id="an unknown verdict"),
        pytest.param(0, "reason", "why", id="a reason to have passed"),
        pytest.param(0, "machine", "", id="passed, but nowhere"),
        pytest.param(0, "kernel", "", id="passed, on no kernel"),
        pytest.param(0, "date", "", id="passed, but never ran"),
        pytest.param(0, "date", "2026-11-23T19:49:22", id="a date without its zone"),
        pytest.param(0, "date", "2026-13-23T19:49:22Z", id="a thirteenth month"),
        pytest.param(0, "seconds", -1, id="negative seconds"),
        pytest.param(3, "reason", "", id="failed, without a reason"),
        pytest.param(5, "reason", "", id="skipped, without a reason"),
        pytest.param(3, "date", "", id="failed, but never ran"),
        pytest.param(3, "kernel", "", id="in a machine without a kernel"),
        pytest.param(0, "software", {"gcc": ""}, id="a package of no version"),
        pytest.param(5, "software", {"gcc": "14"}, id="software of no machine"),
        pytest.param(3, "machine", "", id="a transcript of no machine"),
        pytest.param(5, "machine", "qemu", id="skipped, but in a machine"),
        pytest.param(7, "seconds", 1, id="only shown, but took time"),
        pytest.param(7, "kind", "console", id="only shown, but a console"),
    ],
)
def test_a_broken_block_is_not_valid(
    written: Any, validator: Draft202012Validator, block: int, name: str, value: object
) -> None:
    written["blocks"][block][name] = value
    assert not validator.is_valid(written)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prompt", "%"),
        ("status", "0"),
        ("status", 256),
        ("user", ""),
        ("seconds", None),
        ("difference", ["ho"]),
        ("values", [{"kind": "pid", "text": "1", "run": "2"}]),
    ],
)
def test_a_broken_step_is_not_valid(
    written: Any, validator: Draft202012Validator, name: str, value: object
) -> None:
    written["blocks"][3]["transcript"][0][name] = value
    assert not validator.is_valid(written)
