"""Which commands a program or file depends on: what a failure of theirs says of it."""

from collections.abc import Callable

import pytest

from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("~python:x.py\n~\n~console\n$ cat x.py\n$ ls\n$ python3 x.py\n~\n", {1: (4, 6)}),
        ("~python:x.py\n~\n~console\n$ x.py\n$ python3 xx.py\n$ python3 -m x\n~\n", {1: (4, 6)}),
        ("~c:x.c\n~\n~console\n$ gcc -o y x.c\n$ ./x\n$ sudo ./y\n~\n", {1: (4, 6)}),
        ("~ini file:/etc/x.conf\n~\n~console\n$ ls\n$ start x\n$ stop y\n~\n", {1: (5,)}),
        ("~ini file:/etc/x.conf\n~\n~console\n$ ls\n~\n", {1: ()}),
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
    chapter: Callable[[str], Chapter], text: str, runs: dict[int, tuple[int, ...]]
) -> None:
    (found,) = scenarios(chapter(text))
    assert found.runs == runs


def test_a_program_with_a_result_depends_on_its_run(chapter: Callable[[str], Chapter]) -> None:
    (found,) = scenarios(chapter("~c:x.c\n~\n\n~text:実行結果\n~\n"))
    assert found.runs == {1: (4,)}
