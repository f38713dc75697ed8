"""Running scenarios: each in a machine of its own, several at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from packaging.specifiers import SpecifierSet

from harness.compare import Reason
from harness.machine import MachineError, StillbornError
from harness.machine.backend import Backend, Backends
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from harness.run.cache import Cache
from harness.run.play import Playing, play
from harness.run.verdict import Result, Run, judge, skip

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
        if not result.changed:  # it passed in another machine than this one
            kept.keep(result, machine)
    return result


def run_one(scenario: Scenario, backend: Backend) -> Result:
    """Run one scenario in a fresh machine, and destroy that.

    It fails with the machine's last words if this machine doesn't come alive. Where machines share
    a kernel, what fails, or has changed that kernel's state, is run again in a machine with one of
    its own, and that is what counts. Raises MachineError where none can be made at all.
    """
    result, changed = _run_in(scenario, backend)
    if backend.second is None or (result.passed and not changed):
        return result
    again, _ = _run_in(scenario, backend.second)
    return replace(again, changed=changed or ("whether it passes",)) if again.passed else again


def _run_in(scenario: Scenario, backend: Backend) -> tuple[Result, tuple[str, ...]]:
    """The result, and what the scenario has changed of a kernel that it shares with others."""
    if scenario.needs_vm and not backend.own_kernel:
        return skip(scenario, Reason("needs-own-kernel")), ()
    try:
        machine = backend.start()
    except StillbornError as error:
        return _lost(scenario, error), ()
    try:
        with closing(machine):
            if unfit := _wrong_kernel(scenario.kernel, machine.kernel):
                return skip(scenario, unfit), ()
            run = Run(machine.kind, machine.kernel, backend.software())
            result = judge(scenario, play(scenario, machine), run)
    except MachineError as error:  # it can't be ended; others can be made
        return _lost(scenario, error), ()
    return result, machine.changed


def _lost(scenario: Scenario, error: MachineError) -> Result:
    why = Reason("machine", {"why": str(error)})
    return judge(scenario, Playing((), (why, scenario.line)), Run())


def _wrong_kernel(wanted: SpecifierSet, kernel: str) -> Reason | None:
    """The bound that a machine's kernel is beyond."""
    for bound in wanted:
        if version_of(kernel) not in bound:
            return Reason(
                "needs-newer-kernel" if bound.operator == ">=" else "needs-older-kernel",
                {"wanted": bound.version, "kernel": kernel},
            )
    return None
