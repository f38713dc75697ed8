"""What has failed, line by line: coloured on a terminal, plain in JUnit, annotations and pytest."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from harness.compare import Reason
from harness.record import SIGNS, Entry, Step
from harness.report.words import words
from harness.run.verdict import Result, worst
from zenn.guard import visible

_STYLES = {"same": "dim", "elided": "dim", "missing": "red", "extra": "green"}
_PARTIAL_LINES = 20  # shown of the output of a step that did not end


def failures(entries: Iterable[Entry]) -> Iterator[Text]:
    """The lines on what failed in a scenario's run, and how."""
    shown = set()
    for entry in sorted(entries, key=lambda entry: not entry.steps):
        # A program is as bad as what runs it: the same place, which is shown once.
        if entry.verdict == "failed" and entry.about not in shown:
            shown.add(entry.about)
            yield from failure(entry)


def failure(entry: Entry) -> Iterator[Text]:
    """The lines on a block that has failed: the place, the command, the difference."""
    bad = [step for step in entry.steps if not step.passed]
    if entry.about not in [step.line for step in bad]:
        yield _headline(entry.chapter, entry.about, entry.reason)
    for step in bad:
        yield _headline(entry.chapter, step.line, step.reason)
        yield from _step(step)


def plain(lines: Iterable[Text]) -> str:
    """Such lines without their colours, each with a line feed after it."""
    return "".join(f"{line.plain}\n" for line in lines)


def _headline(chapter: str, line: int | None, reason: Reason | None) -> Text:
    why = f" {words(reason)}" if reason else ""
    return Text.assemble(("FAILED", "bold red"), " ", (f"{visible(chapter)}:{line}", "bold"), why)


def _step(step: Step) -> Iterator[Text]:
    for number, line in enumerate(step.text.split("\n")):
        yield _line("  ", f"{step.prompt}{line}" if number == 0 else f"> {line}", "bold")
    if step.command != step.text:
        yield _line("  typed: ", step.command, "dim")
    for one in step.difference:
        place = "" if one.number is None else f"{step.output_line + one.number:>5} "
        yield _line(f"{place:6}{SIGNS[one.kind]}", one.text, _STYLES[one.kind])
        if one.note:
            yield _line(" " * 8, f"^ {words(one.note)}", "yellow")
    if step.more:
        yield _line(" " * 8, f"(and {step.more} lines more)", "dim")
    if not step.differs and not step.difference:
        shown = step.output.splitlines()
        for line in shown[:_PARTIAL_LINES]:
            yield _line("      | ", line, "dim")
        if len(shown) > _PARTIAL_LINES:
            yield _line("      | ", f"(and {len(shown) - _PARTIAL_LINES} lines more)", "dim")


def _line(before: str, text: str, style: str) -> Text:
    return Text(before + visible(text), style=style)


def annotations(results: Iterable[Result]) -> Iterator[str]:
    """GitHub's workflow commands that mark what failed at its line of the pull request: one line
    for each block, to be printed at the start of a line.

    Form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. What has
    to be percent-encoded is only in the code of the runner and of its toolkit
    (https://github.com/actions/toolkit, packages/core/src/command.ts).
    """
    for entry in worst(results):
        if entry.verdict == "failed" and entry.reason:
            title = visible(f"{entry.title}: {words(entry.reason)}")
            properties = {"file": entry.chapter, "line": str(entry.about), "title": title}
            said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
            yield f"::error {said}::{_message(plain(failure(entry)).strip())}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
