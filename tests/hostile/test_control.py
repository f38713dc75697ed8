"""What an output may do to a terminal, for anybody to know what a reader sees of it."""

import pytest

from harness.run.step.claims import moved

HARMLESS = [
    "plain\n",
    "\x1b[1;31mred\x1b[0m\n",
    "\x1b[01;31m\x1b[Kfound\x1b[m\x1b[K\n",
    "\x1b[?25lhidden cursor\x1b[?25h\r\n",
    "\x1b]0;title\x07text\n",
    "10%\r20%\r\n",
]
HARMFUL = {
    "WRONG\x1b[2J\x1b[Hright\n": "ESC [ 2 J",
    "WRONG\x1b[5Dright\n": "ESC [ 5 D",
    "WRONG\rright\x1b[K\n": "ESC [ K",
    "WRONG\x1b[1K\n": "ESC [ 1 K",
    "\x1b[?1049hWRONG\x1b[?1049l\n": "ESC [ ? 1 0 4 9 h",
    "\x1b]8;;http://x\x07text\n": "ESC ] 8 ; ;   h",
    "\x1b]never ended\n": "ESC ] n",
    "\x1b(0lqk\n": "ESC (",
    "\x1bcgone\n": "ESC c",
}


@pytest.mark.parametrize("output", HARMLESS, ids=ascii)
def test_colours_and_modes_do_no_harm(output: str) -> None:
    assert moved(output) is None


@pytest.mark.parametrize("output", HARMFUL, ids=ascii)
def test_what_moves_the_cursor_is_told(output: str) -> None:
    reason = moved(output)
    assert reason
    assert str(reason.arguments["sequence"]).startswith(HARMFUL[output][:7].rstrip())
