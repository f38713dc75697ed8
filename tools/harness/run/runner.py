"""Running scenarios: each in a machine of its own, several at a time."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from packaging.specifiers import SpecifierSet

from harness.compare import Reason
from harness.machine import StillbornError
from harness.machine.backend import Backend, Backends
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from harness.record import Result
from harness.run.cache import Cache
from harness.run.play import Playing, play
from harness.run.verdict import skipped, verdicts

NO_KERNEL_OF_ITS_OWN = (
    "`vm`: needs its own kernel, which takes QEMU; the `namespaces` machine runs on the host's"
)

# Threads beside those that are waited for: a scenario that hangs and has been given up (see `run`)
# is not to hold up the one that its author has just saved.
_ABANDONED = 8


@dataclass(frozen=True, slots=True)
class Workers:
    """Who runs scenarios: `count` of an executor's at a time, each by calling `run_one` there."""

    executor: Executor
    count: int
    run_one: Callable[[Scenario], Result]


@contextmanager
def threads(backends: Backends, count: int, kept: Cache | None = None) -> Iterator[Workers]:
    """Threads of this process; they run no scenario that is `kept` unchanged."""
    executor = ThreadPoolExecutor(count + _ABANDONED, thread_name_prefix="scenario")
    try:
        yield Workers(executor, count, partial(_known_or_run, backends=backends, kept=kept))
    except BaseException:
        backends.close()  # the machines end, and with them what waits for them
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def run(
    scenarios: Iterable[Scenario],
    workers: Workers,
    stop_at_failure: bool,
    enough: Future[None] | None = None,
) -> Generator[Result]:
    """Run scenarios; yield their results as they come.

    With `stop_at_failure` none is begun after one has failed; those under way still end. Once
    `enough` is done, no more results are waited for.
    """
    waiting = list(scenarios)[::-1]
    running: set[Future[Result]] = set()
    until: set[Future[Any]] = {enough} if enough else set()
    try:
        while (waiting or running) and not (enough and enough.done()):
            while waiting and len(running) < workers.count:
                running.add(workers.executor.submit(workers.run_one, waiting.pop()))
            done = wait(running | until, return_when=FIRST_COMPLETED).done & running
            running -= done
            for future in done:
                result = future.result()
                if stop_at_failure and not result.passed:
                    waiting.clear()
                yield result
    finally:
        for future in running:
            future.cancel()


def _known_or_run(scenario: Scenario, backends: Backends, kept: Cache | None) -> Result:
    backend = backends.of(scenario)
    if kept is None:
        return run_one(scenario, backend)
    machine = backend.identity()
    result = kept.recall(scenario, machine)
    if result is None:
        result = run_one(scenario, backend)
        kept.keep(result, machine)
    return result


def run_one(scenario: Scenario, backend: Backend) -> Result:
    """Run one scenario in a fresh machine, and destroy that.

    It fails with the machine's last words if this machine doesn't come alive. Raises MachineError
    where none can be made at all.
    """
    started, date = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    date = date.replace("+00:00", "Z")
    if scenario.needs_vm and not backend.own_kernel:
        reason = NO_KERNEL_OF_ITS_OWN
        return Result(scenario, skipped(scenario.blocks, reason), "", "", date, 0.0)
    try:
        machine = backend.start()
    except StillbornError as error:
        why = Reason("machine", {"why": str(error)})
        stillborn = verdicts(scenario, Playing((), (scenario.line, why), ()))
        return Result(scenario, stillborn, "", "", date, time.monotonic() - started)
    with closing(machine):
        if version_of(machine.kernel) not in scenario.kernel:
            reason = f"needs {_in_words(scenario.kernel)}, and this machine has {machine.kernel}"
            return Result(scenario, skipped(scenario.blocks, reason), "", "", date, 0.0)
        playing = play(scenario, machine)
        found = verdicts(scenario, playing)
        seconds = time.monotonic() - started
        return Result(
            scenario,
            found,
            machine.kind,
            machine.kernel,
            date,
            seconds,
            playing.left,
            software=backend.software(),
        )


def _in_words(kernels: SpecifierSet) -> str:
    """``kernel 6.8 or newer and a kernel older than 7`` of ``<7,>=6.8``."""
    words = {">=": "kernel {} or newer", "<": "a kernel older than {}"}
    found = sorted(kernels, key=lambda one: one.operator, reverse=True)
    return " and ".join(words[one.operator].format(one.version) for one in found)
