"""What a scenario depends on: its kernel, and of its programs the commands that run them."""

import pytest
from guests import Build
from packaging.specifiers import SpecifierSet

from harness.image import kernels
from harness.plan.scenario import scenarios
from harness.plan.settings import version_of


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("6.12.48+deb13-cloud-amd64", "6.12.48"),
        ("7.3~rc1", "7.3"),
        ("6.1.0-41-cloud-amd64", "6.1.0"),
        ("what?", "0"),
    ],
)
def test_a_release_is_read_as_numbers(release: str, version: str) -> None:
    assert str(version_of(release)) == version


def test_the_blocks_of_a_scenario_want_a_kernel_together(
    chapter: Build,
) -> None:
    text = "~console kernel>=6.1 kernel<7\n$ a\n~\n~console kernel>=6.8\n$ b\n~\n~console\n$ c\n~\n"
    (found,) = scenarios(chapter(text))
    assert found.kernel == SpecifierSet(">=6.1,>=6.8,<7")
    fitting = [name for name in ("6.7.9", "6.8.0", "6.18.1", "7.0") if name in found.kernel]
    assert fitting == ["6.8.0", "6.18.1"]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("", "6.12"),
        (">=6.8", "6.12"),
        (">=6.12.3", "6.12"),
        (">=6.13", "7"),
        (">=7.3", "7"),
        ("<6.8", "6.1"),
        (">=6.13,<7", "6.18"),
        (">=99", None),
        ("<3", None),
    ],
)
def test_the_default_kernel_runs_what_it_can_and_the_newest_the_rest(
    wanted: str, name: str | None
) -> None:
    assert kernels.fitting(SpecifierSet(wanted), "6.12") == name


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("~python:x.py\n~\n~console\n$ cat x.py\n$ ls\n$ python3 x.py\n~\n", {1: (4, 6)}),
        ("~python:x.py\n~\n~console\n$ x.py\n$ python3 xx.py\n$ python3 -m x\n~\n", {1: (4, 6)}),
        ("~c:x.c\n~\n~console\n$ gcc -o y x.c\n$ ./x\n$ sudo ./y\n~\n", {1: (4, 6)}),
        (
            "~rust:x.rs\n~\n~console\n$ cargo build\n$ sudo target/debug/x\n"
            "$ cargo run -q --bin x\n~\n",
            {1: (5, 6)},
        ),
        ("~ini file:/etc/x.conf\n~\n~console\n$ ls\n$ start x\n$ stop y\n~\n", {1: (5,)}),
        ("~ini file:/etc/x.conf\n~\n~console\n$ ls\n~\n", {1: ()}),
        ("~c:x.c\n~\n\n~text:実行結果\n~\n", {1: (4,)}),
        # Of what another program includes, that one's.
        (
            "~python:x.py\n~\n~python:y.py\nimport x\n~\n~console\n$ ls\n$ python3 y.py\n~\n",
            {1: (8,), 3: (8,)},
        ),
        (
            '~c:x.h\n~\n~c:x.c\n#include "x.h"\n~\n~console\n$ gcc -o x x.c\n$ ./x\n~\n',
            {1: (7, 8), 3: (7, 8)},
        ),
        # Two that include each other.
        (
            "~python:x.py\nimport y\n~\n~python:y.py\nimport x\n~\n~console\n$ python3 y.py\n~\n",
            {1: (8,), 4: (8,)},
        ),
    ],
)
def test_a_program_depends_on_the_commands_that_run_or_name_it(
    chapter: Build, text: str, runs: dict[int, tuple[int, ...]]
) -> None:
    (found,) = scenarios(chapter(text))
    assert found.runs == runs
