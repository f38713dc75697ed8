"""What a long run says while it lasts: on a terminal a bar, in a pipe a line now and then."""

import threading

import pytest
from rich.console import Console

from harness.report.progress import Progress


class Pipe:
    """What has been written; `wait` returns the first line that has `wanted`."""

    def __init__(self) -> None:
        self.text = ""
        self._written = threading.Condition()

    def write(self, text: str) -> int:
        with self._written:
            self.text += text
            self._written.notify_all()
        return len(text)

    def flush(self) -> None:
        pass

    def wait(self, wanted: str) -> str:
        def found() -> list[str]:
            return [line for line in self.text.splitlines() if wanted in line]

        with self._written:
            assert self._written.wait_for(found, timeout=30), self.text
            return found()[0]


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


def console_of(pipe: Pipe, terminal: bool = False) -> Console:
    # Whatever this process has: TERM and FORCE_COLOR count for nothing.
    how = {"highlight": False, "width": 200, "_environ": {"TERM": "xterm"}}
    return Console(file=pipe, force_terminal=terminal, **how)  # type: ignore[arg-type]


@pytest.fixture
def progress(pipe: Pipe) -> Progress:
    console = console_of(pipe)
    return Progress(console, console, every=0.01)


def test_a_step_says_that_it_goes_on(progress: Progress, pipe: Pipe) -> None:
    with progress.step():
        progress.note("building the image")
        assert pipe.wait("so far").startswith("building the image (0 s so far)")
    end = len(pipe.text)
    progress.note("and now")
    assert pipe.text[end:] == "and now\n"


def test_a_run_says_how_many_of_its_scenarios_have_ended(progress: Progress, pipe: Pipe) -> None:
    progress.note("booting a kernel")
    with progress.scenarios([1.0, 2.0, 9.0]) as advance:
        assert pipe.wait("0 of 3") == "0 of 3 scenarios: booting a kernel"
        advance(2.0)
        pipe.wait("1 of 3")
        advance(9.0)
        assert pipe.wait("2 of 3") == "2 of 3 scenarios, under 1 min to go"


def test_on_a_terminal_there_is_a_bar_and_no_line(pipe: Pipe) -> None:
    bar = Pipe()
    progress = Progress(console_of(pipe), console_of(bar, terminal=True), every=0.01)
    with progress.scenarios([1.0, 1.0]) as advance:
        advance(1.0)
        bar.wait("left:")
    assert not pipe.text
    results = Pipe()  # go to a file, and get there
    out = console_of(results)
    progress = Progress(console_of(pipe, terminal=True), out, every=0.01)
    with progress.scenarios([1.0]):
        pipe.wait("0 of 1 scenarios")
        out.print("FAILED")
    assert results.text == "FAILED\n"
