"""Writing outputs into a chapter: only what differs, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.machine.backend import Backend
from harness.plan.chapter import read
from harness.plan.scenario import scenarios
from harness.report.bless import Edit, apply, edits, offers
from harness.run.runner import run_one
from zenn.book import Book

MACHINES = ("namespaces",)
Bless = Callable[[str], str]


def blessed(text: bytes, directory: Path, backend: Backend) -> tuple[bytes, list[str]]:
    path = directory / "x.md"
    path.write_bytes(text)
    chapter = read(path, Path("x.md"), Book(directory, snippets="."))
    changes, refused = edits([run_one(scenario, backend) for scenario in scenarios(chapter)])
    return apply(text, changes), [refusal.reason for refusal in refused]


@pytest.fixture
def bless(tmp_path: Path, backend: Backend) -> Bless:
    """The chapter (``~`` begins a fence) after one update; a second must change nothing."""

    def run(text: str) -> str:
        once, refused = blessed(text.replace("~", "```").encode(), tmp_path, backend)
        assert refused == []
        assert blessed(once, tmp_path, backend) == (once, [])
        return once.decode().replace("```", "~")

    return run


VARIES = (
    "[//]: # (varies: 1234 pid)\n~console\n$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n"
    "$ echo $$ and more\n1234\n$ readlink /proc/$$/ns/uts; echo x\nuts:[4026531838]\n~\n"
)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        # A chapter that is true is left alone,
        ("~console\n$ hostname\nunshared  \n~\ntrailing  \n\tspace\n", {}),
        # a wrong output corrected and nothing else,
        ("# x  \n\n~console\n$ hostname\nelse\nmore\n$ echo a\na\n~\nno newline at the end",
         {"else\nmore\n": "unshared\n"}),
        # new commands filled in, and output that has gone taken out.
        ("~console\n$ hostname\n$ echo a; echo b\n~\n",
         {"hostname\n": "hostname\nunshared\n", "b\n": "b\na\nb\n"}),
        ("~console\n$ true\nold\n~\n", {"old\n": ""}),
        # Values that still correspond, elisions and indentation are kept,
        (VARIES, {"1234\n$": "1234 and more\n$", "]\n~": "]\nx\n~"}),
        ("~console\n$ seq 9\none\n...\n8\n9\n~\n", {"one": "1"}),
        ("~console\n$ echo $$; echo a\n<...>\nb\n~\n", {"b\n": "a\n"}),
        # and in an exact block nothing is an elision.
        ("~console exact\n$ printf '%s\\n' ...\nb\n~\n", {"b\n": "...\n"}),
        ("- x\n\n  ~console\n  $ echo a; echo; echo b\n  c\n  ~\n", {"  c\n": "  a\n\n  b\n"}),
        # and so is a program whose result is wrong.
        ("~python:x.py\nprint('a')\n~\n\n~text:実行結果\nb\n~\n", {"\nb\n": "\na\n"}),
    ],
)  # fmt: skip
def test_what_differs_is_written_and_nothing_else(
    bless: Bless, text: str, changes: dict[str, str]
) -> None:
    wanted = text
    for old, new in changes.items():
        wanted = wanted.replace(old, new)
    assert bless(text) == wanted


def test_air_before_the_next_prompt_is_kept(bless: Bless) -> None:
    text = "~console\n$ echo a\nb\n\n$ true\n\n$ echo c\n\n$ true\n~\n"
    assert bless(text) == text.replace("\nb\n", "\na\n").replace("echo c\n", "echo c\nc\n")


def test_output_in_a_block_of_its_own_is_filled_in_whatever_it_looks_like(bless: Bless) -> None:
    text = "~console\n$ echo '# a'\n~\n~text:出力\nx\n~\n\n"
    text += "> ~console\n> $ echo '$ b'\n> ~\n>\n> ~text:出力\n> ~\n"
    assert bless(text) == text.replace("\nx\n~", "\n# a\n~").replace(
        "出力\n> ~", "出力\n> $ b\n> ~"
    )


def test_what_is_typed_and_claimed_beside_the_output_stays(bless: Bless) -> None:
    text = (
        "~console answers status\n$ read -p 'A: ' x; echo $x; false\nA: [1]\nx\n[1]\n\n"
        "$ cat <<EOF && ls /none\na\nEOF\n[2]\n~\n"
    )
    said = "ls: cannot access '/none': No such file or directory\n"
    assert bless(text) == text.replace("\nx\n", "\n1\n").replace("EOF\n[2]", f"EOF\na\n{said}[2]")


def test_line_endings_are_kept(tmp_path: Path, backend: Backend) -> None:
    text = b"# x\r\n\r\n```console\r\n$ hostname\r\nelse\r\n```\r\nend\x0c\r\n"
    once, refused = blessed(text, tmp_path, backend)
    assert refused == []
    assert once == text.replace(b"else", b"unshared")


def test_a_failure_that_the_text_says_is_filled_in(bless: Bless) -> None:
    text = "~console exit=2\n$ ls none\n~\n"
    said = "ls: cannot access 'none': No such file or directory\n"
    assert bless(text) == text.replace("none\n", f"none\n{said}")


def test_the_result_of_a_program_is_corrected_and_the_program_left_alone(bless: Bless) -> None:
    text = "~python:x.py\nprint('a')\n~\n\n~text:実行結果\nb\n~\n"
    assert bless(text) == text.replace("\nb\n", "\na\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("~console timeout=4\n$ echo a; sleep 99\nb\n~\n", "not at its end after 4 s"),
        ("~console\n# hostname\nx\n~\n", ""),
        ("~console\n$ echo '# x'\nb\n~\n", "would be read as something typed"),
        ("~console\n$ false\n~\n", "failed with status 1"),
        ("~console\n$ ls none\n~\n", "failed with status 2: if that is meant, write `exit=2`"),
        ("~console exit=1\n$ ls none\nb\n~\n", "failed with status 2"),
        ("~console\n$ printf '%s\\n' ...\nb\n~\n", "would be read as an elision"),
        ("~console\n$ printf '\\140\\140\\140\\n'\nb\n~\n", "would end the block"),
        ("~console answers\n$ echo 'a [OK]'\nb\n~\n", "`a [OK` would be read as something typed"),
        ("~console status\n$ echo '[1]'\nb\n~\n", "`[1]` would be read as something typed"),
        ('~console prompt="a> "\n$ echo "a> b"\nb\n~\n', "would be read as something typed"),
        ("~console status\n$ echo a; false\nb\n~\n", "ended with status 1, and the block says"),
        ("~console answers\n$ read -p 'A: '\nB: [1]\n~\n", "at `A: `, and the text has `B: `"),
        ("~console\n$ printf 'a\\0b\\n'\nb\n~\n", "has control characters"),
        ("~console\n$ printf -- '--8%s \"a\"\\n' '<--'\nb\n~\n", "would include a file"),
        ("~console\n$ printf '\\342\\200\\256a\\n'\nb\n~\n", "U+202E, which nobody sees"),
    ],
)
def test_what_did_not_end_well_is_not_blessed(
    tmp_path: Path, backend: Backend, text: str, reason: str
) -> None:
    chapter = text.replace("~", "```").encode()
    once, refused = blessed(chapter, tmp_path, backend)
    assert once == chapter
    assert all(reason in why for why in refused)
    assert refused or not reason


def test_a_chapter_that_has_changed_meanwhile_is_left_alone() -> None:
    with pytest.raises(ValueError, match="line 2 is not what it was"):
        apply(b"a\nx\n", [Edit(2, ("b",), ("c",), "")])


@pytest.mark.parametrize(
    ("command", "shown", "line"),
    [
        ("echo x $(date +%N) y", "x 12 y", "[//]: # (varies: 12 number)"),
        (
            "echo $(date +%N) b; date +%N",
            "12 a\n34",
            "[//]: # (varies: 12 number, a name, 34 number)",
        ),
        ("date +%N", "12 a", ""),
    ],
)
def test_a_value_that_varies_is_offered_as_the_line_to_write(
    tmp_path: Path, backend: Backend, command: str, shown: str, line: str
) -> None:
    path = tmp_path / "x.md"
    path.write_text(f"```console\n$ {command}\n{shown}\n```\n")
    (scenario,) = scenarios(read(path, Path("x.md"), Book(tmp_path, snippets=".")))
    found = list(offers(run_one(scenario, backend)))
    said = f"x.md:1: not the same in two runs: if nobody chose it, write before the block `{line}`"
    assert found == ([said] if line else [])
