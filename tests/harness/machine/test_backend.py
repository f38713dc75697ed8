"""Which backend runs which scenario."""

from collections.abc import Callable, Iterator

import guests
import pytest

from harness.machine import inside
from harness.machine.backend import Backend, Backends, make_backends
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.report.words import words
from harness.run.runner import run_one
from harness.run.verdict import Result

Run = Callable[[str], Result]


@pytest.fixture(params=["namespaces", "qemu"])
def backends(request: pytest.FixtureRequest) -> Iterator[Backends]:
    with make_backends(request.param, None, False, print, guests.GUEST) as made:
        yield made


@pytest.fixture
def run(chapter: Callable[[str], Chapter], backends: Backends) -> Run:
    def call(text: str) -> Result:
        (scenario,) = scenarios(chapter(text))
        return run_one(scenario, backends.of(scenario))

    return call


def test_a_scenario_is_run_on_the_kernel_that_it_wants(run: Run) -> None:
    old = run("~console kernel<6.2\n$ uname -r | cut -d. -f1,2\n6.1\n~\n")
    assert [(one.verdict, one.machine) for one in old.entries] == [("passed", "qemu")]
    usual = run("~console vm\n$ uname -r | cut -d. -f1,2\n6.12\n~\n")
    assert [one.verdict for one in usual.entries] == ["passed"]


def test_all_blocks_of_a_scenario_share_the_kernel(run: Run) -> None:
    text = "~console\n$ uname -r | cut -d. -f1,2\n6.1\n~\n\n~console kernel<6.2\n$ true\n~\n"
    assert [one.verdict for one in run(text).entries] == ["passed", "passed"]


def test_a_kernel_of_choice_is_kept_to(chapter: Callable[[str], Chapter]) -> None:
    (scenario,) = scenarios(chapter("~console kernel<6.2\n$ true\n~\n"))
    with make_backends("qemu", "6.12", False, print, guests.GUEST) as backends:
        (entry,) = run_one(scenario, backends.of(scenario)).entries
    assert entry.verdict == "skipped"
    assert entry.reason
    why = words(entry.reason)
    assert why.startswith("needs a kernel older than 6.2, and this machine has 6.12.")


def test_what_runs_inside_is_part_of_what_a_machine_is(backend: Backend) -> None:
    parts = backend.identity().split()
    assert {inside.digest(), guests.built().key} <= set(parts)
    assert backend.software()["debian"].startswith("13.")
