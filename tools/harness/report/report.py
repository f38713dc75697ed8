"""What a run says on a terminal, or in a pipe."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from harness.compare import Line, lines_of
from harness.record import Result, by_block
from harness.report.words import words
from harness.run.play import Played
from harness.run.verdict import REMARK, SIGNS, Verdict, hunk

_STYLES = {"same": "dim", "elided": "dim", "missing": "red", "extra": "green"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PARTIAL_LINES = 20  # shown of the output of a step that did not end


class Report:
    """Each failure as it comes, and a summary at the end."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def failures(self, result: Result) -> None:
        """Show what failed in a scenario, and how."""
        shown = set()
        for verdict in sorted(result.verdicts, key=lambda verdict: not verdict.played):
            # A program is as bad as what runs it: the same place, which is shown once.
            if verdict.outcome == "failed" and verdict.line not in shown:
                shown.add(verdict.line)
                self.failure(result, verdict)

    def note(self, sentence: str) -> None:
        self.console.print(sentence, style="yellow", markup=False, soft_wrap=True)

    def changed(self, difference: Iterable[str]) -> None:
        """Show what was written into a chapter: the lines of a unified diff."""
        for line in difference:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            self._line("", line, style)

    def failure(self, result: Result, verdict: Verdict) -> None:
        """Show what failed in a block: the place, the command, the difference."""
        say = self.console.print
        bad = [played for played in verdict.played if not played.passed]
        if not any(played.step.line == verdict.line for played in bad):
            place = f"{result.scenario.chapter}:{verdict.line}"
            say(f"[bold red]FAILED[/] [bold]{place}[/] {escape(verdict.reason)}", soft_wrap=True)
        for played in bad:
            self._step(result, played)

    def _step(self, result: Result, played: Played) -> None:
        place = f"{result.scenario.chapter}:{played.step.line}"
        why = words(played.error) if played.error else "the output differs"
        self.console.print(f"[bold red]FAILED[/] [bold]{place}[/] {escape(why)}", soft_wrap=True)
        prompt = played.step.entry.prompt
        for number, line in enumerate(played.step.entry.text.split("\n")):
            self._line("  ", f"{prompt or ''}{line}" if number == 0 else f"> {line}", "bold")
        if played.typed != played.step.entry.text:
            self._line("  typed: ", played.typed, "dim")
        if played.comparison is None:
            self._partial(played.output)
        else:
            self._diff(played.comparison.diff, played.step.entry.output_line)

    def _diff(self, diff: Sequence[Line], first: int) -> None:
        """The lines that differ, with a few around them; `first` is the output's first line."""
        shown, more = hunk(diff)
        for line in shown:
            number = f"{first + line.number:>5} " if line.number is not None else " " * 6
            self._line(number + SIGNS[line.kind], line.text, _STYLES[line.kind])
            if line.note:
                self._line(" " * 8 + REMARK, words(line.note), "yellow")
        if more:
            self._line(" " * 8, f"(and {more} lines more)", "dim")

    def _partial(self, output: str) -> None:
        lines = lines_of(output)
        for line in lines[:_PARTIAL_LINES]:
            self._line("      | ", line, "dim")
        if len(lines) > _PARTIAL_LINES:
            self._line("      | ", f"(and {len(lines) - _PARTIAL_LINES} lines more)", "dim")

    def _line(self, before: str, text: str, style: str) -> None:
        visible = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
        self.console.print(Text(before + visible, style=style), soft_wrap=True)

    def summary(self, results: Sequence[Result], account: str | None) -> None:
        """The counts, the reasons of what was skipped, and what each scenario left behind.

        `account` says what becomes of all blocks of the chapters, if all were asked for.
        """
        outcomes: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for _, verdict in by_block(results):
            outcomes[verdict.outcome] += 1
            if verdict.outcome == "skipped":
                reasons[verdict.reason] += 1
        for result in results:
            if result.left and result.passed:
                left = "; ".join(result.left[:3])
                self.console.print(
                    f"note: {result.scenario.name} left running, and the machine ended: {left}",
                    style="dim",
                    markup=False,
                    soft_wrap=True,
                )
        for reason, number in reasons.items():
            self.console.print(f"skipped {number}: {reason}", markup=False, soft_wrap=True)
        machines = sorted({f"{r.machine}, kernel {r.kernel}" for r in results if r.machine})
        where = f" ({'; '.join(machines)})" if machines else ""
        cached = sum(result.cached for result in results)
        known = f", {cached} of them unchanged and not run again" if cached else ""
        self.console.print(
            f"{account + '; ' if account else ''}{_number(len(results), 'scenario')}{known}: "
            f"{outcomes['passed']} blocks passed, {outcomes['failed']} failed, "
            f"{outcomes['skipped']} skipped{where}",
            style="bold red" if outcomes["failed"] else "bold green",
            markup=False,
            soft_wrap=True,
        )


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
