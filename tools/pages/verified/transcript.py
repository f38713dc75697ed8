"""What really happened in a run, as a terminal would have shown it."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement

from harness.record import SIGNS, Step, Value
from pages.elements import append_text, text_element
from pages.verified.words import words


def transcript_element(steps: Sequence[Step]) -> Element:
    """Return a ``<pre>`` that can be scrolled by keyboard; values that the text has not are marked.

    A step whose output differs shows the difference instead of the output.
    """
    attributes = {"class": "transcript", "role": "group", "tabindex": "0"}
    transcript = Element("pre", attributes | {"aria-label": "実行の記録"})
    named = steps[0].terminal if steps else ""
    for step in steps:
        if step.terminal != named:
            named = step.terminal
            _span(transcript, f"[{named or '端末'}]\n", "transcript__name")
        _step(transcript, step)
    return transcript


def values_of(steps: Iterable[Step]) -> list[Value]:
    """The values that differ, each pair once, in the order in which they first show."""
    found: dict[tuple[str, str, str], Value] = {}
    for value in (value for step in steps for value in step.values):
        found.setdefault((value.kind, value.text, value.run), value)
    return list(found.values())


def _step(transcript: Element, step: Step) -> None:
    if step.prompt or step.command:
        root = step.prompt.endswith("# ")
        _span(transcript, step.prompt, "gp gp-Root" if root else "gp")
        more = "... " if step.prompt.startswith(">>>") else "> "
        command = SubElement(transcript, "span", {"class": "transcript__command"})
        _marked(command, step.command.split("\n"), step.values, "command", more)
    for line in step.difference:
        kind = "same" if line.kind == "elided" else line.kind
        _span(transcript, f"{SIGNS[line.kind]}{line.text}\n", f"transcript__{kind}")
        if line.note:
            _span(transcript, f"^ {words(line.note)}\n", "transcript__remark")
    if step.more:
        _span(transcript, f"^ ほか{step.more}行\n", "transcript__remark")
    if not step.difference and step.output:
        output = SubElement(transcript, "span", {"class": "go"})
        _marked(output, step.output.removesuffix("\n").split("\n"), step.values, "output")
    if step.cut:
        _span(
            transcript,
            f"^ 出力の{step.cut}文字は、長いので記録していません\n",
            "transcript__remark",
        )
    if step.status:
        _span(transcript, f"終了ステータス {step.status}\n", "transcript__status")


def _marked(
    parent: Element, lines: Sequence[str], values: Iterable[Value], where: str, more: str = ""
) -> None:
    """Write lines, the second and later ones after `more`, with the values marked in them."""
    here = sorted((v for v in values if v.where == where), key=lambda value: value.column)
    for number, line in enumerate(lines):
        place = 0
        append_text(parent, more if number else "")
        for value in here:
            if value.line == number:
                append_text(parent, line[place : value.column])
                place = value.column + len(value.run)
                title = {"class": "varies", "title": f"本文では {value.text}"}
                text_element(parent, "mark", value.run, title)
        append_text(parent, line[place:] + "\n")


def _span(parent: Element, text: str, classes: str) -> None:
    if text:
        text_element(parent, "span", text, {"class": classes})
