"""What becomes of an attempt: one sentence, and what differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from harness.attempt.attempt import LEAVING, Attempt, Shown
from harness.compare import Comparison, Expectation, Line, Reason, lines_of
from harness.plan.scenario import Interaction, Put
from harness.record import DIFFERS, SIGNS, Entry, Step
from harness.report.words import words
from harness.run.play import Script
from harness.run.verdict import Result
from zenn.fences import PROGRAMS
from zenn.guard import visible

_TOLD = {  # how a command of an attempt ends tells nothing: what it shows is compared afterwards
    "failed-elided", "failed-elided-otherwise", "failed-silently", "failed-silently-otherwise",
    "exit-unmet", "program-failed",
}  # fmt: skip
_LATE = ("timeout", "timeout-waiting")
_COMPILERS = tuple(f"{word} " for one in PROGRAMS.values() for word in one.compilers)
_STYLES = {"missing": "red", "extra": "green"}
_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right` is None where the attempt was not tried; `why` is a sentence without a full stop."""

    right: bool | None
    why: str
    difference: tuple[Line, ...] = ()
    output: tuple[str, ...] = ()

    def lines(self) -> Iterator[Text]:
        """What is shown below the sentence: the solution's lines with -, the attempt's with +."""
        for line in self.difference[:_MOST_LINES]:
            style = _STYLES.get(line.kind, "dim")
            yield Text(f"  {SIGNS[line.kind]}{visible(line.text)}", style=style)
            if line.note:
                yield Text(f"    ^ {visible(words(line.note))}", style="yellow")
        for shown in self.output[:_MOST_LINES]:
            yield Text(f"  | {visible(shown)}", style="dim")


def outcome(attempt: Attempt, result: Result) -> Outcome:
    """Whether an attempt shows what the solution shows, of its run."""
    entries = result.entries
    if skipped := next((one for one in entries if one.verdict == "skipped"), None):
        return Outcome(None, f"it was not tried: {_said(skipped.reason)}")
    steps = sorted({step.line: step for one in entries for step in one.steps}.items())
    for line, step in steps:
        if step.reason and line < attempt.line:
            why = f"it was not tried: line {line} of the chapter, before it, fails already"
            return Outcome(None, why)
    mine = [step for line, step in steps if line >= attempt.line]
    for step in mine:
        if step.reason and not (attempt.shown and step.reason.code in _TOLD):
            return _wrong(step, step.reason)
    if attempt.shown:
        return _as_whole(attempt, attempt.shown, dict(steps), entries)
    if failed := next((one for one in entries if one.verdict == "failed"), None):
        return Outcome(False, _said(failed.reason))
    return Outcome(True, "it shows what the solution shows")


def _wrong(step: Step, reason: Reason) -> Outcome:
    shown = tuple(lines_of(step.output))
    if step.command.startswith(_COMPILERS):
        failed = step.status not in (0, None)
        why = "it does not compile" if failed else "it compiles, but the compiler warns"
        return Outcome(False, why, output=shown)
    if reason.code in _LATE:
        why = f"`{step.command}` had not ended after {reason.arguments['seconds']} s"
        return Outcome(False, why, output=shown)
    if reason.code == DIFFERS:
        why = f"`{step.command}` does not show what the solution shows"
        return Outcome(False, why, step.difference)
    return Outcome(False, f"`{step.command}`: {words(reason)}", step.difference, shown)


def _as_whole(
    attempt: Attempt, shown: Shown, steps: dict[int, Step], entries: tuple[Entry, ...]
) -> Outcome:
    """Compare all that a typed attempt has shown with the end that it is to come to; values are
    those of what was played before it."""
    script, output = Script(), list[str]()
    for action in attempt.scenario.actions:
        if isinstance(action, Put):
            script.put(action)
            continue
        script.type(action)
        step = steps.get(action.line)
        if step is None:
            reason = next((one.reason for one in entries if one.reason), None)
            return Outcome(False, f"it was not played to its end: {_said(reason)}")
        if action.line < attempt.line:
            _take(action, step, script)
        elif action.exchange.text not in LEAVING:
            output += lines_of(step.output)
    script.renaming.introduce(shown.varies)
    found = shown.compare(output, script.renaming)
    if found.passed:
        return Outcome(True, "its output ends with what the solution shows")
    if not output:
        return Outcome(False, "it shows nothing", _of_note(found))
    return Outcome(False, "its output does not end with what the solution shows", _of_note(found))


def _take(action: Interaction, step: Step, script: Script) -> None:
    """Bind the values of a step that has agreed."""
    expected = Expectation(action.exchange.output, action.settings.exact)
    expected.compare(lines_of(step.output), script.renaming)


def _of_note(found: Comparison) -> tuple[Line, ...]:
    """The difference, without the elision that stands for what an attempt shows before."""
    return tuple(
        line for line in found.diff if line.kind != "elided" or line.number not in (0, None)
    )


def _said(reason: Reason | None) -> str:
    return words(reason) if reason else "nobody knows why"
