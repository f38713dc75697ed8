"""What a long run says of itself while it lasts: a bar on a terminal, in a pipe a line a minute."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from zenn.guard import visible_lines

_MINUTE = 60.0
_SPEED_SECONDS = 300.0  # of the past, from which the rest is estimated

Say = Callable[[], str]


class Progress:
    """Sentences for whoever waits, on `console` (standard error); a bar below the results, which go
    to `out`, where that is a terminal.
    """

    def __init__(self, console: Console, out: Console, every: float = _MINUTE) -> None:
        self._console = console
        self._out = out
        self._every = every
        self._last = "making machines ready"

    def note(self, text: str) -> None:
        """Say what is being done, or what a user should know of how."""
        self._last = text
        self._print(text, "dim")

    def fail(self, error: Exception | str) -> None:
        """Say what went wrong, in one sentence; it is no other error that nobody can hear it."""
        with suppress(OSError):
            self._print(str(error), "bold red")

    def _print(self, text: str, style: str) -> None:
        self._console.print(visible_lines(text), style=style, markup=False, soft_wrap=True)

    @contextmanager
    def step(self) -> Iterator[None]:
        """While what was noted last goes on, say so once a minute: an image is built for two."""
        begun = monotonic()
        with self._repeating(lambda: f"{self._last} ({monotonic() - begun:.0f} s so far)"):
            yield

    @contextmanager
    def scenarios(
        self, seconds: Sequence[float], called: str = "scenarios"
    ) -> Iterator[Callable[[float], None]]:
        """Show how far a run is; call what this gives at each end of a scenario, with the seconds
        that were expected of it.

        `seconds` are those of all scenarios, or of what else they are `called`. They need only be
        right in proportion: the rest is estimated by how fast those were dealt with that have ended
        in the last minutes.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
        )
        shown = self._out.is_terminal
        with Bar(
            *columns,
            console=self._out,
            redirect_stderr=self._console.is_terminal,
            transient=True,
            disable=not shown,
            speed_estimate_period=_SPEED_SECONDS,
        ) as bar:
            of_all = f"of {len(seconds)} {called}"
            task = bar.add_task(f"0 {of_all}", total=sum(seconds))
            ended = 0

            def advance(expected: float) -> None:
                nonlocal ended
                ended += 1
                bar.update(task, advance=expected, description=f"{ended} {of_all}")

            if shown:
                yield advance
            else:
                with self._repeating(lambda: self._state(bar, task)):
                    yield advance

    def _state(self, bar: Bar, task: TaskID) -> str:
        (state,) = (one for one in bar.tasks if one.id == task)
        if not state.completed:  # the kernel is still being fetched, or its machine booted
            return f"{state.description}: {self._last}"
        left = state.time_remaining
        return f"{state.description}, {_minutes(left)} to go" if left else state.description

    @contextmanager
    def _repeating(self, say: Say) -> Iterator[None]:
        """Print what `say` gives, once a minute, while this lasts."""
        over = Event()

        def repeat() -> None:
            while not over.wait(self._every):
                self._print(say(), "dim")

        thread = Thread(target=repeat, name="progress")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _minutes(seconds: float) -> str:
    """``about 3 min``; under a minute, ``under 1 min``."""
    return f"about {seconds / 60:.0f} min" if seconds >= 60 else "under 1 min"
