"""Scenarios on a dask.distributed cluster: a real scheduler, and two worker processes."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import guests
import pytest
from distributed import Client
from guests import Build
from msgspec.structs import replace
from processes import ending

from harness.machine import MachineError
from harness.machine.backend import make_backends
from harness.plan.chapter import Chapter
from harness.plan.scenario import Scenario, scenarios
from harness.record import Entry
from harness.run.cluster import Wanted, cluster, run_there
from harness.run.runner import run, run_one
from harness.run.verdict import Result, entries

SLOW = "~console\n$ sleep 3; echo slow\nslow\n~\n"
BOOK = f"## 遅いもの\n\n{SLOW}" + "".join(
    f"\n## {n}\n\n~python:x.py\nprint({n})\n~\n\n~console\n$ python3 x.py\n{n - n % 2}\n~\n"
    for n in range(4)
)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """Of a scheduler with two workers."""
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker"]
    quiet = {"cwd": tmp_path, "stderr": subprocess.DEVNULL}
    place = ["--scheduler-file", str(file)]
    with ExitStack() as stack:

        def start(command: list[str]) -> None:
            process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
            stack.callback(process.wait)
            stack.callback(process.terminate)

        start([*dask, *place, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"])
        for _ in range(2):
            start([*worker, *place, "--no-nanny", "--nthreads", "1", "--no-dashboard"])
        client = stack.enter_context(Client(scheduler_file=str(file), set_as_default=False))
        client.wait_for_workers(2)
        yield client


def on_cluster(chapter: Chapter, client: Any) -> Iterator[Result]:
    address = client.scheduler_info()["address"]
    with cluster(address, Wanted("namespaces", None, False, guests.GUEST)) as workers:
        yield from run(scenarios(chapter), workers, stop_at_failure=False)


def timeless(chapter: Chapter, results: list[Result]) -> list[Entry]:
    """The entries as if all had run at once, in no time."""
    return [
        replace(
            entry,
            date=entry.date and "2026-01-01T00:00:00Z",
            steps=tuple(replace(step, seconds=0.0) for step in entry.steps),
        )
        for entry in entries(chapter, results)
    ]


def here(scenarios: Iterable[Scenario]) -> list[Result]:
    """What a cluster's worker would find, in this process."""
    with make_backends("namespaces", None, False, guests.quiet, guests.GUEST) as backends:
        return [run_one(scenario, backends.of(scenario)) for scenario in scenarios]


def test_a_killed_workers_scenarios_are_run_again_and_the_record_is_the_same(
    chapter: Build, client: Any
) -> None:
    book = chapter(BOOK)
    results, killed = [], list[int]()
    for result in on_cluster(book, client):
        results.append(result)
        if not killed:
            pids = client.run(os.getpid)
            killed = [pids[worker] for worker, keys in client.processing().items() if keys]
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
    assert len(killed) == 1
    assert len(results) == 5
    assert timeless(book, results) == timeless(book, here(scenarios(book)))


def test_a_scenario_and_its_result_can_travel(chapter: Build) -> None:
    book = chapter(BOOK.replace("sleep 3; ", ""))
    sent = [pickle.loads(pickle.dumps(scenario)) for scenario in scenarios(book)]
    travelled = [pickle.loads(pickle.dumps(result)) for result in here(sent)]
    assert [result.scenario for result in travelled] == list(scenarios(book))
    assert timeless(book, travelled) == timeless(book, here(scenarios(book)))


def test_workers_leave_nothing_when_they_end(chapter: Build, client: Any) -> None:
    list(on_cluster(chapter(BOOK), client))
    workers = client.run(os.getpid).values()
    tasks = [task for pid in workers for task in Path(f"/proc/{pid}/task").iterdir()]
    started = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    assert len(started) >= 2
    with ending(*started):
        client.shutdown()


def test_a_worker_with_another_harness_or_no_scheduler_is_told(chapter: Build) -> None:
    (scenario,) = scenarios(chapter(SLOW))
    with pytest.raises(MachineError, match="another version of the harness"):
        run_there(Wanted("namespaces", None, False, guests.GUEST, "another"), scenario)
    with (
        pytest.raises(MachineError, match=r"No scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9", Wanted("auto", None, False, guests.GUEST)),
    ):
        pass
