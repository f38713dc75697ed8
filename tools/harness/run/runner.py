"""Running scenarios, each in a machine of its own, or passages of them; several at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from msgspec import structs
from packaging.specifiers import SpecifierSet

from harness.compare import Reason
from harness.machine import MachineError, StillbornError
from harness.machine.backend import Backend, Backends
from harness.plan.chapter import Block
from harness.plan.passage import Passage
from harness.plan.scenario import Scenario
from harness.plan.settings import version_of
from harness.run.cache import Cache, key_of_passage
from harness.run.play import Playing, play, play_together
from harness.run.terminal import Terminals
from harness.run.verdict import Fault, Result, Run, judge, now, skip

# Threads beside those that are waited for: a scenario that hangs and has been given up (see `run`)
# is not to hold up the one that its author has just saved.
_ABANDONED = 8
RUN_SECONDS = 4 * 3600  # after which a run begins nothing more


class _Found(Protocol):
    @property
    def passed(self) -> bool: ...


Work = TypeVar("Work")
Found = TypeVar("Found", bound=_Found)


@dataclass(frozen=True, slots=True)
class Workers(Generic[Work, Found]):
    """Who runs scenarios: `count` of an executor's at a time, each by calling `run_one` there."""

    executor: Executor
    count: int
    run_one: Callable[[Work], Found]


@contextmanager
def threads(
    backends: Backends, count: int, run_one: Callable[[Work], Found]
) -> Iterator[Workers[Work, Found]]:
    """Threads of this process that call `run_one`, which takes machines of these backends."""
    executor = ThreadPoolExecutor(count + _ABANDONED, thread_name_prefix="scenario")
    try:
        yield Workers(executor, count, run_one)
    except BaseException:
        backends.close()  # the machines end, and with them what waits for them
        raise
    finally:
        executor.shutdown(cancel_futures=True)


class RunTooLongError(Exception):
    """A run has taken all the time that one may; so many scenarios were not begun."""

    def __init__(self, left: int) -> None:
        super().__init__(f"the run has taken more than {RUN_SECONDS // 3600} h: {left} not begun")


def run(
    scenarios: Iterable[Work],
    workers: Workers[Work, Found],
    stop_at_failure: bool,
    enough: Future[None] | None = None,
) -> Generator[Found]:
    """Run scenarios; yield their results as they come.

    With `stop_at_failure` none is begun after one has failed; those under way still end. Once
    `enough` is done, no more results are waited for. Raises RunTooLongError.
    """
    waiting = list(scenarios)[::-1]
    running: set[Future[Found]] = set()
    begun = monotonic()
    until: set[Future[Any]] = {enough} if enough else set()
    try:
        while (waiting or running) and not (enough and enough.done()):
            if waiting and monotonic() - begun > RUN_SECONDS:
                raise RunTooLongError(len(waiting))
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


def known_or_run(scenario: Scenario, backends: Backends, kept: Cache | None) -> Result:
    """The result of a scenario that is `kept` unchanged, or of running it."""
    backend = backends.of(scenario)
    if kept is None:
        return run_one(scenario, backend)
    machine = backend.identity()
    result = kept.recall(scenario, machine)
    if result is None:
        result = run_one(scenario, backend)
        if not (result.changed or result.first):  # it passed in another machine than this one
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
    first = () if result.passed else result.entries
    return replace(again, changed=changed, first=first) if again.passed else again


def _run_in(scenario: Scenario, backend: Backend) -> tuple[Result, tuple[str, ...]]:
    """The result, and what the scenario has changed of a kernel that it shares with others."""
    if unfit := _unfit(scenario, backend):
        return skip(scenario, unfit), ()
    try:
        machine = backend.start()
    except StillbornError as error:
        return _lost(scenario, error), ()
    try:
        with closing(machine):
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


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a passage: the results of its scenarios, in the order of its sections."""

    passage: Passage
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)


def known_or_played(passage: Passage, backend: Backend, kept: Cache | None) -> Played:
    """What is `kept` of an unchanged passage all of which has passed, or comes of playing it."""
    whole = key_of_passage(passage, backend.identity())
    if kept and (known := _recall(passage, backend, kept, whole)):
        return Played(passage, known)
    played = Played(passage, tuple(_play(passage, backend)))
    if kept and played.passed:
        for result in played.results:
            kept.keep(result, whole)
    return played


def _recall(
    passage: Passage, backend: Backend, kept: Cache, whole: str
) -> tuple[Result, ...] | None:
    found = []
    since = next(map(_first, _fitting(passage, backend)), None)
    for scenario in passage.scenarios:
        unfit = _unfit(scenario, backend)
        result = skip(scenario, unfit) if unfit else kept.recall(scenario, whole)
        if result is None:
            return None
        if not unfit:
            entries = tuple(structs.replace(entry, since=since) for entry in result.entries)
            result = replace(result, entries=entries)
        found.append(result)
    return tuple(found)


def _play(passage: Passage, backend: Backend) -> Iterator[Result]:
    """Play the sections in their order, in one machine.

    Where one leaves it in a state in which nobody knows what the next step would do, the rest of
    that section is not run, and the next section begins in a machine of its own.
    """
    yield from (skip(one, why) for one in passage.scenarios if (why := _unfit(one, backend)))
    sections = _fitting(passage, backend)[::-1]
    broken: Fault | None = None
    while sections:
        begun = Run(since=_first(sections[-1]), broke=broken[1] if broken else None)
        try:
            machine = backend.start()
        except StillbornError as error:
            broken = Reason("machine", {"why": str(error)}), _first(sections[-1])
            yield from (_lost(scenario, error) for scenario in sections.pop())
            continue
        found: list[Result] = []
        try:
            with closing(machine):
                where = replace(begun, machine=machine.kind, kernel=machine.kernel)
                terminals, blocks, broken = Terminals(machine.channel), list[Block](), None
                while sections and not broken:
                    section = sections.pop()
                    blocks += [block for one in section for block in one.blocks]
                    played = play_together(section, machine, terminals)
                    run = replace(where, software=backend.software(), date=now())
                    broken = played[0].broken
                    each = zip(section, played, strict=True)
                    found += [judge(scenario, playing, run, blocks) for scenario, playing in each]
        except MachineError as error:  # it can't be ended; others can be made
            found[-len(section) :] = [_lost(scenario, error) for scenario in section]
        yield from found


def _fitting(passage: Passage, backend: Backend) -> list[list[Scenario]]:
    """The sections of a passage, with what can be run in a backend's machines."""
    each = ([one for one in section if not _unfit(one, backend)] for section in passage.sections)
    return [section for section in each if section]


def _first(section: Sequence[Scenario]) -> int:
    return min(scenario.line for scenario in section)


def _unfit(scenario: Scenario, backend: Backend) -> Reason | None:
    """Why a scenario can't be run in a backend's machines."""
    if scenario.needs_vm and not backend.own_kernel:
        return Reason("needs-own-kernel")
    return _wrong_kernel(scenario.kernel, backend.release())
