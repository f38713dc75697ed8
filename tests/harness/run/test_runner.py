"""Rounds of scenarios, one of which gives way to the next."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from threading import Event

from harness.machine.backend import Backend, Backends, Choice
from harness.plan.chapter import Chapter
from harness.plan.scenario import Scenario, scenarios
from harness.run.runner import run, threads
from harness.run.verdict import Result

BOOK = "## 一\n\n~console\n$ echo a\na\n~\n\n## 二\n\n~console\n$ echo b\nb\n~\n"


def test_a_scenario_that_hangs_does_not_hold_up_the_next_round(
    chapter: Callable[[str], Chapter], backend: Backend
) -> None:
    first, second = scenarios(chapter(BOOK))
    released, enough = Event(), Future[None]()
    with threads(Backends(Choice(backend, backend, backend), ""), 1) as workers:

        def hang(scenario: Scenario) -> Result:
            enough.set_result(None)  # a save comes while it is running
            released.wait()
            return workers.run_one(scenario)

        hanging = replace(workers, run_one=hang)
        assert list(run([first], hanging, stop_at_failure=False, enough=enough)) == []
        with closing(run([second], workers, stop_at_failure=False)) as results:
            assert [result.scenario for result in results] == [second]
        released.set()
