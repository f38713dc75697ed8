"""What a terminal shows, and which of it is output."""

import pytest

from harness.run.terminal import without_echo


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        pytest.param("^C\n", "", id="nothing but the key"),
        pytest.param("x\n^C\n", "x\n", id="after a line"),
        pytest.param("x^C\n", "x\n", id="after a part of a line"),
        pytest.param("\n^C", "", id="echoed late"),
        pytest.param("x\n\n^C", "x\n", id="echoed late, after a line"),
        pytest.param("x\n^C", "x\n", id="echoed late, after a part of a line"),
        pytest.param("\n", "", id="not echoed"),
        pytest.param("x\n\n", "x\n\n", id="not echoed, by what shows an empty line"),
    ],
)
def test_a_key_is_no_output(shown: str, output: str) -> None:
    """In any order: the kernel sends the signal first and echoes the key then."""
    assert without_echo("C", shown) == output
