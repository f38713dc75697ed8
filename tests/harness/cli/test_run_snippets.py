"""The command line of the harness, as a user runs it."""

import json
import os
import pty
import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from termios import tcsetwinsize

import pytest
from processes import Done, python
from small import TWO_SECTIONS, begin, write

from harness import record as records
from harness.cli.options import COMMANDS, parse, shard

TOOL = Path(__file__).parents[3] / "tools" / "run_snippets.py"
CHAPTER = f"""\
---
title: "試し"
---

{TWO_SECTIONS}
[//]: # (skip: ホスト側)
~console
$ vagrant up
~

~mermaid
graph LR
~
"""


WRONG = CHAPTER.replace("\nunshared\n", "\nelse\n")
Run = Callable[..., Done]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return begin(tmp_path, a=CHAPTER)


@pytest.fixture
def run(project: Path) -> Run:
    def call(*words: str, cwd: Path = project, backend: str = "namespaces") -> Done:
        machineless = {"merge", "mutate", "list", "--list", "--help"} & set(words)
        chosen = () if machineless else ("--backend", backend)
        return python(TOOL, *words, *chosen, cwd=cwd, GITHUB_ACTIONS="")

    return call


def record(project: Path) -> list[tuple[int, str]]:
    found = json.loads((project / "build/verification.json").read_text())
    return [(entry["line"], entry["verdict"]) for entry in found["blocks"]]


def test_a_book_that_is_true_passes(run: Run, project: Path) -> None:
    done = run("--junit", "junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 blocks: 3 run, 1 only shown, 1 skipped with a reason" in done.stdout
    assert "3 blocks passed, 0 failed" in done.stdout
    passed = [(line, "passed") for line in (7, 14, 18)]
    assert record(project) == [*passed, (23, "skipped"), (27, "shown")]
    assert b'tests="3"' in (project / "junit.xml").read_bytes()
    assert "no file can be written at none/junit.xml" in run("--junit", "none/junit.xml").stderr


def test_what_is_wrong_fails_and_a_line_or_the_first_failure_is_all_that_is_run(
    run: Run, project: Path
) -> None:
    run()
    write(project, "a", WRONG)
    done = run("docs/a.md:8")
    assert done.returncode == 1
    assert "FAILED docs/a.md:8 the output differs" in done.stdout
    assert "    9 - else\n      + unshared\n" in done.stdout
    assert "1 scenario: 0 blocks passed, 1 failed" in done.stdout
    assert record(project)[:2] == [(7, "failed"), (14, "passed")]  # which had passed before
    (project / "build/verification.json").unlink()  # by which the longest would be begun first
    assert "1 scenario: 0 blocks passed, 1 failed" in run("-x", "-j", "1", "--no-cache").stdout
    assert "2 blocks passed, 1 failed" in run().stdout


def test_a_chapter_that_has_gone_is_forgotten(run: Run, project: Path) -> None:
    write(project, "b", "~console\n$ echo b\nb\n~\n")
    run()
    before = record(project)
    assert len(before) == 6
    (project / "docs/b.md").unlink()
    run()
    assert record(project) == before[:5]


def test_list_accounts_for_every_block_and_runs_nothing(run: Run, project: Path) -> None:
    done = run("list")
    assert done.returncode == 0
    assert "docs/a.md:23" in done.stdout
    assert "ホスト側" in done.stdout
    assert done.stdout.endswith("5 blocks: 3 run, 1 only shown, 1 skipped with a reason\n")
    found = json.loads(run("--list", "--json").stdout)
    assert [(fate["line"], fate["kind"], fate["fate"], fate["scenarios"]) for fate in found] == [
        (7, "console", "run", [7]), (14, "program", "run", [14]), (18, "result", "run", [14]),
        (23, "console", "skipped", []), (27, "shown", "shown", []),
    ]  # fmt: skip
    assert not (project / "build").exists()


def test_a_folder_stands_for_its_chapters_and_a_command_for_itself(run: Run, project: Path) -> None:
    file = write(project, "b", "~console\n$ echo hi\nhi\n~\n")
    assert run("--list", "docs").stdout == run("--list", "docs/a.md", "docs/b.md").stdout
    file.rename(project / "list")  # a chapter may be anywhere
    assert run(f"{project}/list", cwd=project / "docs").returncode == 0
    assert "docs/a.md:7" in run("list").stdout
    assert "list:1" in run("list", "./list").stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("~console\n$ ls\n", "docs/b.md:1: this fence is never closed"),
        ("~python:x.py\n~\n", "docs/b.md:1: nothing runs x.py"),
        ("[//]: # (skip:)\n~console\n~\n", "docs/b.md:1: `skip` without a reason"),
        ('~c:x.c\n--8<-- "none.c"\n~\n', "docs/b.md:2: "),
    ],
)
def test_every_wrong_chapter_is_named_in_one_sentence(
    run: Run, project: Path, text: str, message: str
) -> None:
    write(project, "b", text)
    write(project, "c", "~console rooot\n~\n")
    done = run()
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    first, second = done.stderr.splitlines()
    assert first.startswith(message)
    assert second.startswith("docs/c.md:1: unknown word `rooot`: do you mean `root`?")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("docs/none.md",), "docs/none.md:1: can't be read: No such file"),
        (("docs/a.md", ""), "no chapter: one of the words is empty\n"),
        (("docs/n*.md",), "no chapter: no *.md is called docs/n*.md\n"),
        ((str(TOOL), "docs/a.md"), f"no chapter: {TOOL} is no *.md\n"),
        (("watch", "docs/none.md"), "docs/none.md:1: can't be read: No such file"),
        (("watch", "snippets"), "no chapter: snippets has no *.md\n"),
        (("docs/a.md:4",), "docs/a.md:4: no block that runs is at this line"),
        (("docs/a.md:0",), "docs/a.md:0:1: can't be read: No such file"),
        (("docs/a.md:abc",), "docs/a.md:abc:1: can't be read: No such file"),
        (("--executor", "here"), "write an address, as in tcp://HOST:8786"),
        (("--json",), "verify takes no --json"),
        (("-j", "0"), "argument -j/--jobs: write a number from 1"),
        (("--kernel", "moon"), "invalid choice: 'moon'"),
        (("--shard", "3/2"), "shards are counted from 1/2 to 2/2"),
        (("shell", "docs/a.md"), "write CHAPTER:LINE, as in docs/02-uts.md:110"),
        (("shell", "docs/a.md:8"), "shell takes a terminal"),
        (("shell",), "write CHAPTER:LINE, as in docs/02-uts.md:110, or --reader"),
        (("shell", "--reader", "--kernel", "7"), "--reader takes no --kernel, and no --backend"),
        (("--watch", "--update"), "argument --update: not allowed with argument --watch"),
        (("watch", "--shard", "1/2"), "watch takes no --shard"),
        (("--update", "--kernel", "7", "--kernel", "6.1"), "update takes one --kernel"),
        (("--shell", "docs/a.md:8", "--executor", "tcp://a:1"), "shell takes no --executor"),
        (("merge", "none.json"), "none.json: can't be read"),
        (("--reader", "--kernel", "7"), "--reader takes no --kernel"),
        (("--reader", "--shard", "1/2"), "--reader takes no --shard"),
        (("update", "--reader"), "update takes no --reader"),
    ],
)
def test_a_wrong_command_line_is_told_so(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_kernel_that_is_nowhere_is_a_mistake(run: Run, project: Path) -> None:
    write(project, "b", "~console\n$ true\n~\n\n~console kernel>=99\n$ true\n~\n")
    write(project, "c", "~console kernel>=6.1 kernel<6.1\n$ true\n~\n")
    done = run("list")
    assert done.returncode == 2
    assert [line.split(" no kernel ")[0] for line in done.stderr.splitlines()] == [
        "docs/b.md:5:", "docs/c.md:1:"
    ]  # fmt: skip


def test_a_guest_s_kernel_that_is_none_is_one_of_pyproject_toml(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.run-snippets.guest]\nkernel = "5"\n')
    done = run()
    assert done.returncode == 2
    assert done.stderr.startswith("pyproject.toml: [tool.run-snippets.guest] `kernel` is '5'")


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


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("|2|2/|/5|a/b|-1/5|2/5/6| 2/5|１/２", "write I/N, as in 2/5"),
        ("0/5|6/5|0/0", "shards are counted from 1/"),
    ],
)
def test_i_of_n(texts: str, said: str) -> None:
    assert [shard(text) for text in ("1/1", "2/5", "5/5")] == [(1, 1), (2, 5), (5, 5)]
    for text in texts.split("|"):
        with pytest.raises(ArgumentTypeError, match=said):
            shard(text)


def test_a_project_without_chapters_or_with_a_wrong_description_is_told_so(
    run: Run, project: Path
) -> None:
    (project / "docs/a.md").unlink()
    for words, folder in ((), project / "docs"), (("list", "snippets"), "snippets"):
        done = run(*words)
        assert (done.returncode, done.stderr) == (2, f"no chapter: {folder} has no *.md\n")
    (project / "pyproject.toml").write_text('[tool.run-snippets]\nsnipets = "x"\n')
    done = run()
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("has no `snipets`: do you mean `snippets`?\n")


def test_chapters_may_be_anywhere(
    run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In a folder that has no project, and from elsewhere."""
    bare = tmp_path_factory.mktemp("bare")
    (bare / "part").mkdir(parents=True)
    (bare / "README.md").write_text("# x\n\n```console\n$ hostname\nunshared\n```\n")
    (bare / "part/1.md").write_text("```console\n$ hostname\nelse\n```\n")
    for word, cwd, named in (
        ("README.md", bare, ["README.md"]),
        (str(bare), project, [str(bare / "README.md")]),
        ("**/*.md", bare, ["README.md", "part/1.md"]),
        (str(bare / "part/[0-9].md"), project, [str(bare / "part/1.md")]),
    ):
        listed = json.loads(run("--list", "--json", word, cwd=cwd).stdout)
        assert [one["chapter"] for one in listed] == named
    done = run("READ*.md", "part", cwd=bare)
    assert done.returncode == 1
    assert "FAILED part/1.md:2 the output differs" in done.stdout
    assert "2 scenarios: 1 blocks passed, 1 failed" in done.stdout
    done = run(cwd=bare)
    assert (done.returncode, done.stderr) == (
        2, "no chapters: there is no folder docs/ here; name some\n"
    )  # fmt: skip


def test_the_machine_is_chosen_where_nothing_is_said(run: Run) -> None:
    done = run("docs/a.md:8", backend="auto")
    assert done.returncode == 0
    assert done.stderr.startswith("machines: qemu, ")
    assert "(qemu-namespaces, kernel 6.12" in done.stdout


def test_what_is_unchanged_is_not_run_again(run: Run, project: Path) -> None:
    run()
    first, file = record(project), project / "build/verification.json"
    write(project, "a", CHAPTER.replace("## 一つ目", "# 章\n\n## 一つ目"))
    assert "2 scenarios, 2 of them unchanged and not run again: 3 blocks passed" in run().stdout
    assert record(project) == [(line + 2, verdict) for line, verdict in first]
    written = file.stat()
    run()
    assert file.stat() == written
    assert "unchanged" not in run("--no-cache").stdout


def test_a_chapter_is_read_from_top_to_bottom_and_noted_down_apart(run: Run, project: Path) -> None:
    words = ("--reader", "--backend", "namespaces", "docs/b.md")
    write(project, "b", "## a\n\n~console\n$ touch x; cat\n~\n\n## b\n\n~console\n$ ls\n~\n")
    done = run(*words, "--junit", "x.xml")
    assert done.returncode == 1
    fresh = "docs/b.md:9 began in a fresh machine, for line 4 had left the other unfit to go on"
    assert fresh in done.stdout
    assert '"line 9, because line 4 had broken the one before"' in (project / "x.xml").read_text()
    write(project, "b", "## a\n\n~console\n$ touch x\n~\n\n## b\n\n~console\n$ ls\nx\n~\n")
    assert run(*words).returncode == 0
    done = run(*words)
    assert "2 of them unchanged and not run again: 2 blocks passed" in done.stdout
    known = records.load(project / "build" / "verification-reader.json")
    assert [(entry.line, entry.verdict, entry.since) for entry in known] == [
        (3, "passed", 3),
        (9, "passed", 3),
    ]
    assert not (project / "build" / "verification.json").exists()


def test_update_writes_what_differs_and_then_nothing(run: Run, project: Path) -> None:
    write(project, "a", WRONG)
    done = run("update")
    assert done.returncode == 0, done.stdout
    assert "-else\n+unshared\n" in done.stdout
    assert (project / "docs/a.md").read_text() == CHAPTER.replace("~", "```")
    assert [verdict for _, verdict in record(project)][:3] == ["passed"] * 3
    again = run("--update")
    assert (again.returncode, "@@" in again.stdout) == (0, False)
    # A value that isn't the same in two runs is shown.
    write(project, "a", "~console\n$ cat /proc/sys/kernel/random/boot_id; date +%N\n~\n")
    done = run("update")
    assert (done.returncode, "FAILED docs/a.md:2 the output differs" in done.stdout) == (1, True)
    assert re.search(r"a.md:1: not the same .*`\[//\]: # \(varies: \d+ number\)`", done.stdout)


def test_update_leaves_to_its_author_what_did_not_end_or_can_not_stand_in_a_chapter(
    run: Run, project: Path
) -> None:
    text = "~console\n$ hostname\n~\n~console timeout=4\n$ echo '$ ls'\n$ echo a; sleep 99\nb\n~\n"
    file = write(project, "a", text)
    done = run("--update")
    assert done.returncode == 1
    for why in (
        "docs/a.md:5: not written: the output line `$ ls` would be read as something typed\n",
        "docs/a.md:6: not written: not at its end after 4 s",
    ):
        assert why in done.stdout
    assert file.read_text() == text.replace("hostname", "hostname\nunshared").replace("~", "```")


def test_update_does_not_bless_a_failure_that_the_text_does_not_say(
    run: Run, project: Path
) -> None:
    text = "~console\n$ cat none\n$ hostname\n~\n".replace("~", "```")
    file = write(project, "a", text)
    done = run("--update")
    assert done.returncode == 1
    assert "docs/a.md:2: not written: it failed with status 1" in done.stdout
    assert file.read_text() == text.replace("name\n", "name\nunshared\n")


@pytest.mark.parametrize("command", ["verify", "update"])
def test_a_chapter_of_which_nothing_is_run_is_wrong(run: Run, project: Path, command: str) -> None:
    write(project, "b", "[//]: # (skip: ホスト側)\n~console\n$ vagrant up\n~\n")
    done = run(command, "docs/b.md")
    assert done.returncode == 2
    assert "nothing of docs/b.md is run" in done.stderr
    assert run(command, "docs/a.md", "docs/b.md").returncode == 2
    assert run(command).returncode == 0  # a book has pages that only show
    write(project, "b", "~console kernel>=999\n$ true\n~\n")
    assert run("--kernel", "6.12", "docs/b.md", backend="qemu").returncode == 2


def test_two_shards_merged_are_the_whole(run: Run, project: Path) -> None:
    run("--no-cache")
    whole = record(project)
    for part in ("1/2", "2/2"):
        assert "1 scenario: " in run("--no-cache", "--shard", part).stdout
    parts = [f"build/verification-shard-{n}-of-2.json" for n in (1, 2)]
    assert run("merge", *parts).returncode == 0
    assert record(project) == whole


def test_junit_says_how_much_is_caught(run: Run, project: Path) -> None:
    run("--junit", "junit.xml")
    assert b'name="mutations-caught"' in (project / "junit.xml").read_bytes()


AT_A_PROMPT = (
    "~console\n$ cd /tmp\n$ sudo -s\n# hostname x\n# hostname\nx\n~\n",
    *("❯ ", "echo $PWD $(id -u) $(hostname)", "/tmp 0 x\r\n"),
)
AT_A_QUESTION = (  # that was asked, and is still to be answered
    "~console answers\n$ true\n$ cd\n$ read -p 'A: '; echo $REPLY\nA: [a]\na\n~\n",
    *("A: ", "b", "\nb\r\n"),
)


@pytest.mark.parametrize(
    ("kind", "text", "prompt", "typed", "said"),
    [("namespaces", *AT_A_QUESTION), ("qemu", *AT_A_PROMPT)],
)
def test_shell_hands_over_the_terminal_as_it_is_at_a_line(
    project: Path, kind: str, text: str, prompt: str, typed: str, said: str
) -> None:
    write(project, "a", text)
    with typing_into(project, "shell", "docs/a.md:5", "--backend", kind) as (terminal, until):
        until(prompt)
        os.write(terminal, f"{typed}\n".encode())
        until(said)
        os.write(terminal, b"printf '\\033[?1049h'; echo the''re\n")
        until("there\r\n")
        os.write(terminal, b"\x1d")
        until("\x1b[?1049l")


def test_a_person_has_a_terminal_as_they_know_it_in_a_machine_of_their_own() -> None:
    """It is this book's, for that machine is made anyway."""
    with typing_into(TOOL.parents[1], "shell", "--reader") as (terminal, until):
        until("reader@unshared")
        os.write(terminal, b"echo $TERM; ech\x7fho $0; stty size\n")
        until("xterm-256color\r\n-bash\r\n24 80\r\n")
        tcsetwinsize(terminal, (33, 99))
        os.write(terminal, b"sudo -s\n")
        until("root@unshared")
        os.write(terminal, b"stty size; cat /proc/self/cgroup\n")
        until("33 99\r\n0::/user.slice/user-1000.slice/session-")
        os.write(terminal, b"python3 snippets/00-introduction/hello.py\n")
        until("Hello! unshared world")
        os.write(terminal, b"exit\nexit\n")


@contextmanager
def typing_into(folder: Path, *words: str) -> Iterator[tuple[int, Callable[[str], None]]]:
    """A terminal in which the command line `words` runs, which within it is to end well; and what
    waits until it has shown a text."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        environment = os.environ | {"TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, str(TOOL), *words], environment)
    tcsetwinsize(terminal, (24, 80))
    shown = b""

    def until(wanted: str) -> None:
        nonlocal shown
        while wanted.encode() not in shown:
            shown += os.read(terminal, 4096)
        _, _, shown = shown.partition(wanted.encode())

    yield terminal, until
    with suppress(OSError):  # EIO: it has ended
        while os.read(terminal, 4096):
            pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_mutate_says_what_would_pass_and_notes_down_the_score(run: Run, project: Path) -> None:
    assert "verification.json: can't be read" in run("mutate").stderr
    write(project, "b", "## b\n\n~console\n$ printf 'a\\nb\\n'\n...\nb\n~\n")
    run()
    done = run("mutate")
    assert done.returncode == 0, done.stderr
    assert re.search("(?m)^docs/b.md:6 +dropped +elision +without: b *$", done.stdout)
    scores = json.loads((project / "build" / "mutation.json").read_text())
    assert [(one["chapter"], len(one["survivors"])) for one in scores] == [
        ("docs/a.md", 0),
        ("docs/b.md", 1),
    ]
    write(project, "a", CHAPTER.replace("\nunshared\n", "\nelse\n"))
    done = run("mutate", "docs/a.md")
    assert "docs/a.md:7: not measured" in done.stdout
    scores = json.loads((project / "build" / "mutation.json").read_text())
    assert len(scores) == 2
    assert scores[0]["caught"] > 0  # of its other scenario
