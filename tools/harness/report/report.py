"""What a run says on a terminal, or in a pipe."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from harness.report.failures import failures, plain
from harness.report.words import words
from harness.run.verdict import Result, worst
from zenn.guard import visible, visible_lines


class SafeConsole(Console):
    """A terminal, or a pipe, that a text of a chapter or of a machine does nothing to."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible_lines(segment.text), segment.style)


class Report:
    """Each failure as it comes, and a summary at the end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.all_written = True

    def failures(self, result: Result) -> None:
        """Show what failed in a scenario, and how."""
        for line in failures(result.entries):
            self.console.print(line, soft_wrap=True)

    def note(self, sentence: str, style: str = "yellow") -> None:
        self.console.print(visible_lines(sentence), style=style, markup=False, soft_wrap=True)

    def unwritten(self, path: Path, error: OSError) -> None:
        """Say that a file could not be written; what else was to be done is done all the same."""
        self.all_written = False
        self.note(f"{path}: not written: {error.strerror or error}", "bold red")

    def changed(self, difference: Iterable[str]) -> None:
        """Show what was written into a chapter: the lines of a unified diff."""
        for line in difference:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            self.console.print(Text(visible(line), style=style), soft_wrap=True)

    def summary(self, results: Sequence[Result], account: str | None) -> None:
        """The counts, the reasons of what was skipped, and what each scenario left behind.

        `account` says what becomes of all blocks of the chapters, if all were asked for.
        """
        outcomes: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for entry in worst(results):
            outcomes[entry.verdict] += 1
            if entry.verdict == "skipped" and entry.reason:
                reasons[words(entry.reason)] += 1
        for result in results:
            name = result.scenario.name
            for line, what in () if result.cached else result.left:
                self.note(f"note: {result.scenario.chapter}:{line} leaves behind: {what}", "dim")
            if result.changed:
                changed = ", ".join(result.changed[:3])
                self.note(f"note: {name}: say `vm`; sharing a kernel changes {changed}", "dim")
            if result.first:
                why = "passes only with a kernel of its own; with others on one it failed:"
                self.note(f"note: {name}: {why}\n{plain(failures(result.first))}".rstrip(), "dim")
        for entry in {
            (e.chapter, e.since): e for r in results for e in r.entries if e.broke
        }.values():
            why = f"for line {entry.broke} had left the other unfit to go on"
            self.note(f"note: {entry.chapter}:{entry.since} began in a fresh machine, {why}", "dim")
        for reason, number in reasons.items():
            self.note(f"skipped {number}: {reason}", "none")
        ran = {(e.machine, e.kernel) for result in results for e in result.entries if e.machine}
        machines = [f"{machine}, kernel {kernel}" for machine, kernel in sorted(ran)]
        where = f" ({'; '.join(machines)})" if machines else ""
        cached = sum(result.cached for result in results)
        known = f", {cached} of them unchanged and not run again" if cached else ""
        scenarios = "1 scenario" if len(results) == 1 else f"{len(results)} scenarios"
        self.note(
            f"{account + '; ' if account else ''}{scenarios}{known}: "
            f"{outcomes['passed']} blocks passed, {outcomes['failed']} failed, "
            f"{outcomes['skipped']} skipped{where}",
            "bold red" if outcomes["failed"] else "bold green",
        )
