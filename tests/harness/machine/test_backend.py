"""Which backend runs which scenario."""

import guests
import pytest
from guests import Build

from harness.machine import inside
from harness.machine.backend import Backend, make_backends
from harness.plan.scenario import scenarios
from harness.record import Entry
from harness.report.words import words
from harness.run.runner import run_one


def run(text: str, chapter: Build, name: str, kernel: str | None = None) -> list[Entry]:
    """What the blocks of a chapter of one scenario come to."""
    (scenario,) = scenarios(chapter(text))
    with make_backends(name, kernel, False, print, guests.GUEST) as backends:
        return list(run_one(scenario, backends.of(scenario)).entries)


SHOWS = "~console{}\n$ uname -r | cut -d. -f1,2\n{}\n~\n"


@pytest.mark.parametrize("name", ["namespaces", "qemu"])
def test_a_scenario_is_run_on_the_kernel_that_it_wants(chapter: Build, name: str) -> None:
    (old,) = run(SHOWS.format(" kernel<6.2", "6.1"), chapter, name)
    assert (old.verdict, old.machine) == ("passed", "qemu-namespaces"), old.reason
    (usual,) = run(SHOWS.format(" vm", "6.12"), chapter, name)
    assert usual.verdict == "passed"
    shared = run(f"{SHOWS.format('', '6.1')}\n~console kernel<6.2\n$ true\n~\n", chapter, name)
    assert [entry.verdict for entry in shared] == ["passed", "passed"]


def test_a_kernel_of_choice_is_kept_to(chapter: Build) -> None:
    (entry,) = run("~console kernel<6.2\n$ true\n~\n", chapter, "qemu", "6.12")
    assert entry.verdict == "skipped"
    assert entry.reason
    why = words(entry.reason)
    assert why.startswith("needs a kernel older than 6.2, and this machine has 6.12.")


def test_what_runs_inside_is_part_of_what_a_machine_is(backend: Backend) -> None:
    parts = backend.identity().split()
    assert {inside.digest(), guests.built().key} <= set(parts)
    assert backend.software()["debian"].startswith("13.")


def test_what_lasts_has_a_kernel_of_its_own_and_random_addresses_where_any_are_shown(
    chapter: Build,
) -> None:
    text = "## a\n\n~console\n$ true\n~\n\n## b\n\n~console\n$ setarch -R true\n~\n"
    usual, shows = scenarios(chapter(text))
    with make_backends("qemu", None, False, guests.quiet, guests.GUEST) as backends:
        choice = backends.choice(guests.GUEST)
        assert backends.of(usual) is choice.usual is not choice.own
        assert backends.single([usual]) is choice.own
        assert backends.single([usual, shows]) is choice.randomized
