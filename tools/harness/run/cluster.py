"""`--executor tcp://HOST:PORT`: scenarios run by the workers of a dask.distributed cluster.

The scheduler and the workers have this project installed, at the same commit. What travels is a
scenario and its result; each worker process makes its own machines, for as long as it lives.
"""

import atexit
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from harness.machine import MachineError
from harness.machine.backend import Backends, make_backends
from harness.plan.scenario import Scenario
from harness.run.cache import code_digest
from harness.run.runner import Workers, run_one
from harness.run.verdict import Result
from zenn.book import Guest
from zenn.guard import visible_lines

INSTALL = "pip install 'namespace-book[cluster]'"
_SECONDS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """The machines that a worker is to make (as for `make_backends`), and the harness to use."""

    backend: str
    kernel: str | None
    allow_bare_metal: bool
    guest: Guest
    code: str = field(default_factory=code_digest)


@contextmanager
def cluster(address: str, wanted: Wanted) -> Iterator[Workers[Scenario, Result]]:
    """The workers of the scheduler at `address`; the scenarios of one that dies go to the others.

    :raises MachineError: nothing answers there, it has no worker, or a worker can't run scenarios.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise MachineError(f"A cluster takes dask.distributed: run “{INSTALL}”.") from None
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MachineError(f"No scheduler answers at {address}.") from error
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise MachineError(f"The scheduler at {address} has no workers: start “dask worker”.")
        # A scenario is run anew each time, although its name and text are the same.
        executor = client.get_executor(pure=False)
        try:
            yield Workers(executor, count, partial(run_there, wanted))
        except KilledWorker as error:
            raise MachineError(f"One worker after another died over a scenario: {error}") from error
        except CancelledError as error:
            raise MachineError(f"The scheduler at {address} has gone.") from error
        finally:
            executor.shutdown(wait=False)


def run_there(wanted: Wanted, scenario: Scenario) -> Result:
    """In a worker: run a scenario in a machine of its process."""
    if wanted.code != code_digest():
        raise MachineError("A worker has another version of the harness: update its project.")
    return run_one(scenario, _backends(wanted).of(scenario))


_made: dict[Wanted, Backends] = {}
_making = threading.Lock()
_ends = ExitStack()


def _backends(wanted: Wanted) -> Backends:
    """This process's backends, made when they are first wanted and closed when it exits."""
    with _making:
        if wanted not in _made:
            if not _made:
                atexit.register(_ends.close)
            made = make_backends(
                wanted.backend, wanted.kernel, wanted.allow_bare_metal, _log, wanted.guest
            )
            _made[wanted] = _ends.enter_context(made)
        return _made[wanted]


def _log(text: str) -> None:
    print(visible_lines(text), file=sys.stderr, flush=True)
