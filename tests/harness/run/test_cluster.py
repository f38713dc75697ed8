"""Scenarios on a dask.distributed cluster: a real scheduler, and two worker processes."""

import json
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import guests
import pytest
from distributed import Client
from msgspec.structs import replace

from harness.machine import MachineError
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.record import Entry
from harness.run.cluster import Wanted, cluster, run_there
from harness.run.runner import run, run_one
from harness.run.verdict import Result, entries

Build = Callable[[str], Chapter]

SLOW = "~console\n$ sleep 3; echo slow\nslow\n~\n"
BOOK = f"## 遅いもの\n\n{SLOW}" + "".join(
    f"\n## {n}\n\n~python:x.py\nprint({n})\n~\n\n~console\n$ python3 x.py\n{n - n % 2}\n~\n"
    for n in range(4)
)


@dataclass(frozen=True)
class Cluster:
    address: str
    client: Any

    def busy(self) -> list[int]:
        """The process ids of the workers that run something now."""
        pids = self.client.run(os.getpid)
        return [pids[worker] for worker, keys in self.client.processing().items() if keys]


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Cluster]:
    """They end with the test, and with them all that they started."""
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
        yield Cluster(json.loads(file.read_text())["address"], client)


def on_cluster(chapter: Chapter, address: str) -> Iterator[Result]:
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


def here(chapter: Chapter) -> list[Result]:
    with closing(guests.namespaces()) as backend:
        return [run_one(scenario, backend) for scenario in scenarios(chapter)]


def test_a_killed_workers_scenarios_are_run_again_and_the_record_is_the_same(
    chapter: Build, two_workers: Cluster
) -> None:
    book = chapter(BOOK)
    results, killed = [], list[int]()
    for result in on_cluster(book, two_workers.address):
        results.append(result)
        if not killed:
            killed = two_workers.busy()
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
    assert len(killed) == 1
    assert len(results) == 5
    assert timeless(book, results) == timeless(book, here(book))


def test_a_scenario_and_its_result_can_travel(chapter: Build) -> None:
    book = chapter(BOOK.replace("sleep 3; ", ""))
    with closing(guests.namespaces()) as backend:
        travelled = [
            pickle.loads(pickle.dumps(run_one(pickle.loads(pickle.dumps(scenario)), backend)))
            for scenario in scenarios(book)
        ]
    assert [result.scenario for result in travelled] == list(scenarios(book))
    assert timeless(book, travelled) == timeless(book, here(book))


def test_workers_leave_nothing_when_they_end(chapter: Build, two_workers: Cluster) -> None:
    list(on_cluster(chapter(BOOK), two_workers.address))
    workers = two_workers.client.run(os.getpid).values()
    started = [child for pid in workers for child in _children(pid)]
    assert len(started) >= 2
    ends = [os.pidfd_open(pid) for pid in started]
    two_workers.client.shutdown()
    for end in ends:
        assert select.select([end], [], [], 30)[0] == [end]
        os.close(end)


def test_where_no_scheduler_answers_it_says_so() -> None:
    with (
        pytest.raises(MachineError, match=r"No scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9", Wanted("auto", None, False, guests.GUEST)),
    ):
        pass


def test_a_worker_with_another_harness_is_not_used(chapter: Build) -> None:
    (scenario,) = scenarios(chapter(SLOW))
    with pytest.raises(MachineError, match="another version of the harness"):
        run_there(Wanted("namespaces", None, False, guests.GUEST, "another"), scenario)


def _children(pid: int) -> list[int]:
    """Of a worker: what its backends have started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
