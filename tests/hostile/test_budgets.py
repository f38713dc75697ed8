"""What a scenario and a run may take, and what of it is kept."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from entries import entry, step

from harness.compare import Line, Reason, Value
from harness.record import Entry
from harness.run import runner, terminal
from harness.run.runner import RunTooLongError, Workers, run
from harness.run.terminal import BrokenError, Budget
from harness.run.verdict import within_budget


def reason_of(budget: Budget, output: str) -> str:
    with pytest.raises(BrokenError) as caught:
        budget.take(output)
    return caught.value.reason.code


def test_a_scenario_has_a_budget_of_output_and_of_time() -> None:
    budget = Budget()
    budget.take("a" * terminal.SCENARIO_OUTPUT)
    assert reason_of(budget, "a") == "scenario-too-much-output"
    assert reason_of(Budget(until=time.monotonic() - 1), "") == "scenario-too-long"


def test_a_run_begins_nothing_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "RUN_SECONDS", -1)
    with ThreadPoolExecutor(1) as executor:
        workers: Workers[Any, Any] = Workers(executor, 1, lambda _: SimpleNamespace(passed=True))
        with pytest.raises(RunTooLongError, match="2 not begun"):
            list(run([1, 2], workers, stop_at_failure=False))


def shown(entries: list[Entry]) -> int:
    return sum(len(one.output) for found in entries for one in found.steps)


def test_a_record_keeps_what_is_short_and_cuts_what_is_not() -> None:
    value = Value("pid", "1", "22", "output", 0, 0)
    long = step(output="22\n" * 30_000, values=(value,))
    short = step(output="short\n")
    found = within_budget([entry(steps=(long, short)), entry(steps=(short,))], 50_000)
    assert [one.output for one in found[0].steps] == ["", "short\n"]
    assert found[0].steps[0].cut == 90_000
    assert found[0].steps[0].values == ()
    assert found[1].steps == (short,)
    assert within_budget(found, 50_000) == found


def test_many_that_are_short_are_too_many_together() -> None:
    found = [entry(steps=tuple(step(output="x" * 1000) for _ in range(60))) for _ in range(60)]
    assert shown(within_budget(found, 50_000)) <= 50_000


def test_a_difference_keeps_what_differs_first() -> None:
    lines = tuple(Line("extra", "y" * 5000) for _ in range(60))
    bad = step(output="y" * 300_000, difference=lines, reason=Reason("output-differs"))
    (found,) = within_budget([entry("failed", steps=(bad,))], 50_000)
    kept = found.steps[0].difference
    assert [len(line.text) for line in kept] == [200] * 6
