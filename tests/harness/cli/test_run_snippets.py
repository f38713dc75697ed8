"""The command line of the harness, as a user runs it."""

import json
import os
import pty
import re
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.options import COMMANDS, parse, shard
from harness.machine.backend import BACKENDS

TOOL = Path(__file__).parents[3] / "tools" / "run_snippets.py"
CHAPTER = """\
---
title: "試し"
---

## 一つ目

~console
$ hostname
unshared
~

## 二つ目

~python:x.py
print("ok")
~

~text:実行結果
ok
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
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "snippets").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    write(tmp_path, "01-a.md", CHAPTER)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    (project / "docs" / name).write_text(text.replace("~", "```"))


@pytest.fixture
def run(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(
        *words: str, cwd: Path = project, backend: str = "namespaces"
    ) -> subprocess.CompletedProcess[str]:
        machineless = {"merge", "mutate", "list", "--list", "--help"} & set(words)
        chosen = [] if machineless else ["--backend", backend]
        return subprocess.run(
            [sys.executable, TOOL, *words, *chosen],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"GITHUB_ACTIONS": ""},
        )

    return call


Run = Callable[..., subprocess.CompletedProcess[str]]


def record(project: Path) -> list[tuple[int, str]]:
    found = json.loads((project / "build" / "verification.json").read_text())
    return [(entry["line"], entry["verdict"]) for entry in found["blocks"]]


def test_a_book_that_is_true_passes(run: Run, project: Path) -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 blocks: 3 run, 1 only shown, 1 skipped with a reason" in done.stdout
    assert "3 blocks passed, 0 failed" in done.stdout
    assert record(project) == [
        (7, "passed"),
        (14, "passed"),
        (18, "passed"),
        (23, "skipped"),
        (27, "shown"),
    ]


def test_a_wrong_output_fails_with_its_place_and_a_diff(run: Run, project: Path) -> None:
    write(project, "01-a.md", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run()
    assert done.returncode == 1
    assert "FAILED docs/01-a.md:8 the output differs" in done.stdout
    assert "    9 - else\n      + unshared\n" in done.stdout
    assert record(project)[0] == (7, "failed")
    assert record(project)[1] == (14, "passed")


def test_a_line_selects_its_scenario_and_keeps_the_record_of_the_others(
    run: Run, project: Path
) -> None:
    run()
    write(project, "01-a.md", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run("docs/01-a.md:8")
    assert done.returncode == 1
    assert "1 scenario: 0 blocks passed, 1 failed" in done.stdout
    assert record(project)[:2] == [(7, "failed"), (14, "passed")]


def test_a_chapter_that_has_gone_is_forgotten(run: Run, project: Path) -> None:
    write(project, "02-b.md", "~console\n$ echo b\nb\n~\n")
    run()
    before = record(project)
    assert len(before) == 6
    (project / "docs" / "02-b.md").unlink()
    run()
    assert record(project) == before[:5]


def test_exitfirst_begins_nothing_new(run: Run, project: Path) -> None:
    write(project, "01-a.md", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run("-x", "-j", "1")
    assert done.returncode == 1
    assert "1 scenario: 0 blocks passed, 1 failed" in done.stdout


def test_chapters_may_be_anywhere(run: Run, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text("```console\n$ echo hi\nhi\n```\n")
    (tmp_path / "sub").mkdir()
    assert run(str(elsewhere), cwd=tmp_path / "sub").returncode == 0


def test_list_accounts_for_every_block_and_runs_nothing(run: Run, project: Path) -> None:
    done = run("list")
    assert done.returncode == 0
    assert "docs/01-a.md:23" in done.stdout
    assert "ホスト側" in done.stdout
    assert done.stdout.endswith("5 blocks: 3 run, 1 only shown, 1 skipped with a reason\n")
    assert not (project / "build").exists()


def test_a_folder_stands_for_its_chapters(run: Run, project: Path) -> None:
    write(project, "02-b.md", "~console\n$ id\n~\n")
    assert run("--list", "docs").stdout == run("--list", "docs/01-a.md", "docs/02-b.md").stdout
    done = run("--list", "snippets")
    assert (done.returncode, done.stderr) == (2, "no chapter: snippets has no *.md\n")


def test_list_as_json(run: Run) -> None:
    found = json.loads(run("--list", "--json").stdout)
    assert [(fate["line"], fate["kind"], fate["fate"], fate["scenarios"]) for fate in found] == [
        (7, "console", "run", [7]),
        (14, "program", "run", [14]),
        (18, "result", "run", [14]),
        (23, "console", "skipped", []),
        (27, "shown", "shown", []),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("~console\n$ ls\n", "docs/02-b.md:1: this fence is never closed"),
        ("~python:x.py\n~\n", "docs/02-b.md:1: nothing runs x.py"),
        ("[//]: # (skip:)\n~console\n~\n", "docs/02-b.md:1: a skip without a reason"),
        ('~c:x.c\n--8<-- "none.c"\n~\n', "docs/02-b.md:2: "),
    ],
)
def test_every_wrong_chapter_is_named_in_one_sentence(
    run: Run, project: Path, text: str, message: str
) -> None:
    write(project, "02-b.md", text)
    write(project, "03-c.md", "~console rooot\n~\n")
    done = run()
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    first, second = done.stderr.splitlines()
    assert first.startswith(message)
    assert second.startswith("docs/03-c.md:1: unknown word `rooot`: do you mean `root`?")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("docs/none.md",), "docs/none.md:1: can't be read: No such file"),
        (("docs/01-a.md:4",), "docs/01-a.md:4: no block that runs is at this line"),
        (("--json",), "verify takes no --json"),
        (("-j", "0"), "argument -j/--jobs: write a number from 1"),
        (("--kernel", "moon"), "invalid choice: 'moon'"),
        (("--shard", "3/2"), "shards are counted from 1/2 to 2/2"),
        (("shell", "docs/01-a.md"), "write CHAPTER:LINE, as in docs/02-uts.md:110"),
        (("shell", "docs/01-a.md:8"), "shell takes a terminal"),
        (("--watch", "--update"), "argument --update: not allowed with argument --watch"),
        (("watch", "--shard", "1/2"), "watch takes no --shard"),
        (("--update", "--kernel", "7", "--kernel", "6.1"), "update takes one --kernel"),
        (("--shell", "docs/01-a.md:8", "--executor", "tcp://a:1"), "shell takes no --executor"),
        (("merge", "none.json"), "none.json: can't be read"),
    ],
)
def test_a_wrong_command_line_is_told_so(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)], ids=" ".join)
def test_every_help_fits_a_screen_and_shows_examples(run: Run, words: tuple[str, ...]) -> None:
    lines = run(*words, "--help").stdout.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert lines[lines.index("examples:") + 1].startswith("  run_snippets.py ")


@pytest.mark.parametrize(
    ("flags", "command"),
    [
        ("-j 1 docs/x.md", "verify -j 1 docs/x.md"),
        ("docs/x.md --update -x", "update docs/x.md -x"),
        ("--kernel 7 --watch", "watch --kernel 7"),
        ("--list --json docs", "list --json docs"),
        ("--backend qemu --shell docs/x.md:4", "shell docs/x.md:4 --backend qemu"),
        ("./merge --shard 1/2", "verify ./merge --shard 1/2"),
        ("--executor tcp://a:1 --no-cache", "verify --executor tcp://a:1 --no-cache"),
    ],
)
def test_a_flag_chooses_the_command_that_has_its_name(flags: str, command: str) -> None:
    assert parse(flags.split()) == parse(command.split())


@pytest.mark.parametrize(("text", "found"), [("1/1", (1, 1)), ("2/5", (2, 5)), ("5/5", (5, 5))])
def test_i_of_n(text: str, found: tuple[int, int]) -> None:
    assert shard(text) == found


@pytest.mark.parametrize("text", ["", "2", "2/", "/5", "a/b", "-1/5", "2/5/6", " 2/5", "１/２"])
def test_what_is_not_i_of_n(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="write I/N, as in 2/5"):
        shard(text)


@pytest.mark.parametrize("text", ["0/5", "6/5", "0/0"])
def test_a_shard_that_is_not_there(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="shards are counted from 1/"):
        shard(text)


def test_a_command_is_one_whatever_files_there_are(run: Run, project: Path) -> None:
    (project / "list").write_text("~console\n$ echo hi\nhi\n~\n".replace("~", "```"))
    assert "docs/01-a.md:7" in run("list").stdout
    assert "list:1" in run("list", "./list").stdout


def test_a_wrong_description_of_the_book_is_one_sentence(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.run-snippets]\nsnipets = "x"\n')
    done = run()
    assert done.returncode == 2
    assert done.stderr.endswith("has no `snipets`: do you mean `snippets`?\n")
    assert done.stderr.count("\n") == 1


def test_a_project_without_chapters_is_told_so(run: Run, project: Path) -> None:
    (project / "docs" / "01-a.md").unlink()
    done = run()
    assert done.returncode == 2
    assert done.stderr == f"no chapter: {project / 'docs'} has no *.md\n"


def test_the_machine_is_chosen_where_nothing_is_said(run: Run) -> None:
    done = run("docs/01-a.md:8", backend="auto")
    assert done.returncode == 0
    assert done.stderr.startswith("machines: qemu, ")
    assert "(qemu, kernel 6.12" in done.stdout


def test_what_is_unchanged_is_not_run_again(run: Run, project: Path) -> None:
    run()
    first = record(project)
    write(project, "01-a.md", CHAPTER.replace("## 一つ目", "# 章\n\n## 一つ目"))
    assert "2 scenarios, 2 of them unchanged and not run again: 3 blocks passed" in run().stdout
    assert record(project) == [(line + 2, verdict) for line, verdict in first]
    written = (project / "build" / "verification.json").stat()
    run()
    assert (project / "build" / "verification.json").stat() == written
    assert "unchanged" not in run("--no-cache").stdout


def test_update_writes_what_differs_and_then_nothing(run: Run, project: Path) -> None:
    write(project, "01-a.md", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run("update")
    assert done.returncode == 0, done.stdout
    assert "-else\n+unshared\n" in done.stdout
    assert (project / "docs" / "01-a.md").read_text() == CHAPTER.replace("~", "```")
    assert [verdict for _, verdict in record(project)][:3] == ["passed"] * 3
    again = run("--update")
    assert again.returncode == 0
    assert "@@" not in again.stdout


def test_update_shows_a_value_that_is_not_the_same_in_two_runs(run: Run, project: Path) -> None:
    write(project, "01-a.md", "~console\n$ cat /proc/sys/kernel/random/boot_id; date +%N\n~\n")
    done = run("update")
    assert done.returncode == 1
    assert "FAILED docs/01-a.md:2 the output differs" in done.stdout
    assert re.search(r"01-a.md:1: not the same .*`\[//\]: # \(varies: \d+ number\)`", done.stdout)


def test_update_leaves_what_did_not_end_to_its_author(run: Run, project: Path) -> None:
    text = "~console timeout=4\n$ echo a; sleep 99\nb\n~\n"
    write(project, "01-a.md", text)
    done = run("--update")
    assert done.returncode == 1
    assert "docs/01-a.md:2: not written: not at its end after 4 s" in done.stdout
    assert (project / "docs" / "01-a.md").read_text() == text.replace("~", "```")


def test_update_does_not_bless_a_failure_that_the_text_does_not_say(
    run: Run, project: Path
) -> None:
    text = "~console\n$ cat none\n$ hostname\n~\n".replace("~", "```")
    write(project, "01-a.md", text)
    done = run("--update")
    assert done.returncode == 1
    assert "docs/01-a.md:2: not written: it failed with status 1" in done.stdout
    assert (project / "docs/01-a.md").read_text() == text.replace("name\n", "name\nunshared\n")


def test_update_says_why_an_output_can_not_stand_in_a_chapter(run: Run, project: Path) -> None:
    write(project, "01-a.md", "~console\n$ echo '$ ls'\n$ hostname\n~\n")
    done = run("--update")
    assert done.returncode == 1
    why = "docs/01-a.md:2: not written: the output line `$ ls` would be read as something typed\n"
    assert why in done.stdout
    text = (project / "docs" / "01-a.md").read_text()
    assert text == "```console\n$ echo '$ ls'\n$ hostname\nunshared\n```\n"


@pytest.mark.parametrize("command", ["verify", "update"])
def test_a_chapter_of_which_nothing_is_run_is_wrong(run: Run, project: Path, command: str) -> None:
    write(project, "02-b.md", "[//]: # (skip: ホスト側)\n~console\n$ vagrant up\n~\n")
    done = run(command, "docs/02-b.md")
    assert done.returncode == 2
    assert "nothing of docs/02-b.md is run" in done.stderr
    assert run(command, "docs/01-a.md", "docs/02-b.md").returncode == 2
    assert run(command).returncode == 0  # a book has pages that only show
    write(project, "02-b.md", "~console kernel>=999\n$ true\n~\n")
    assert run("--kernel", "6.12", "docs/02-b.md", backend="qemu").returncode == 2


def test_two_shards_merged_are_the_whole(run: Run, project: Path) -> None:
    run("--no-cache")
    whole = record(project)
    for part in ("1/2", "2/2"):
        assert "1 scenario: " in run("--no-cache", "--shard", part).stdout
    parts = [f"build/verification-shard-{n}-of-2.json" for n in (1, 2)]
    assert run("merge", *parts).returncode == 0
    assert record(project) == whole


def test_junit_is_written_beside(run: Run, project: Path) -> None:
    run("--junit", "junit.xml")
    xml = (project / "junit.xml").read_bytes()
    assert b'tests="3"' in xml
    assert b'name="mutations-caught"' in xml
    assert "no file can be written at none/junit.xml" in run("--junit", "none/junit.xml").stderr


@pytest.mark.parametrize("kind", BACKENDS)
def test_shell_hands_over_the_terminal_as_it_is_at_a_line(project: Path, kind: str) -> None:
    write(project, "01-a.md", "~console\n$ cd /tmp\n$ sudo -s\n# hostname x\n# hostname\nx\n~\n")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(project)
        command = [
            sys.executable,
            str(TOOL),
            "shell",
            "docs/01-a.md:5",
            "--backend",
            kind,
        ]
        os.execv(sys.executable, command)
    shown = b""

    def until(wanted: bytes) -> None:
        nonlocal shown
        while wanted not in shown:
            shown += os.read(terminal, 4096)
        shown = shown[shown.index(wanted) + len(wanted) :]

    until("❯ ".encode())
    os.write(terminal, b"echo $PWD $(id -u) $(hostname)\n")
    until(b"/tmp 0 x\r\n")
    os.write(terminal, b"\x1d")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_mutate_says_what_would_pass_and_notes_down_the_score(run: Run, project: Path) -> None:
    assert "verification.json: can't be read" in run("mutate").stderr
    write(project, "02-b.md", "## b\n\n~console\n$ printf 'a\\nb\\n'\n...\nb\n~\n")
    run()
    done = run("mutate")
    assert done.returncode == 0, done.stderr
    assert re.search("(?m)^docs/02-b.md:6 +dropped +elision +without: b *$", done.stdout)
    scores = json.loads((project / "build" / "mutation.json").read_text())
    assert [(one["chapter"], len(one["survivors"])) for one in scores] == [
        ("docs/01-a.md", 0),
        ("docs/02-b.md", 1),
    ]
    write(project, "01-a.md", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run("mutate", "docs/01-a.md")
    assert "docs/01-a.md:7: not measured" in done.stdout
    scores = json.loads((project / "build" / "mutation.json").read_text())
    assert len(scores) == 2
    assert scores[0]["caught"] > 0  # of its other scenario
