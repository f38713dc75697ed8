"""A badge as HTML: one line that opens to the transcript of the run."""

from datetime import UTC, datetime, timedelta, timezone
from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from zenn.badges import Badge, Step
from zenn.parser import clean

_JAPAN = timezone(timedelta(hours=9), "JST")

_SAYS = {
    "passed": ("✓", "検証済み"),
    "failed": ("✗", "失敗"),
    "skipped": ("–", "実行していません"),
    "unverified": ("○", "未検証"),
}
_WITHOUT_TRANSCRIPT = {
    "program": "このプログラムは、この章に書かれたコマンドで実際に動かしました。",
    "file": "このファイルは、この章に書かれた場所に実際に置いて使いました。",
}
_DIFFERS = {"-": "missing", "+": "extra", "^": "remark"}  # else it is a line that stands in both
_LEGEND = "- は本文にだけある行、+ は実行結果にだけある行です。"


def badge_element(badge: Badge) -> Element | None:
    """Return the badge, or None for a block that is only looked at.

    It stays out of the search index: "検証済み" would be found on every page.
    """
    if badge.verdict == "shown":
        return None
    opens = badge.verdict in ("passed", "failed")
    attributes = {"class": f"badge badge--{badge.verdict}", "data-search-exclude": ""}
    if _differs(badge):
        attributes["open"] = "open"
    element = Element("details" if opens else "p", attributes)
    line = SubElement(element, "summary") if opens else element
    mark, says = _SAYS[badge.verdict]
    _text(line, "span", mark, {"class": "badge__mark", "aria-hidden": "true"})
    _text(line, "span", says, {"class": "badge__verdict"})
    for detail in _details(badge):
        _text(line, "span", detail, {"class": "badge__detail"})
    if opens:
        element.append(_body(badge))
    return element


def _differs(badge: Badge) -> bool:
    return any(step.difference for step in badge.transcript)


def _details(badge: Badge) -> list[str]:
    reason = [badge.reason] if badge.verdict != "passed" else []
    kernel = f"Linux {badge.kernel}" if badge.kernel else ""
    return [part for part in [*reason, kernel, badge.machine, _day(badge.date)] if part]


def _body(badge: Badge) -> Element:
    body = Element("div", {"class": "badge__body"})
    when = _moment(badge.date)
    if when:
        _text(body, "p", f"実行日時: {_day(badge.date)} {when:%H:%M} (JST)")
    if _differs(badge):
        _text(body, "p", _LEGEND)
    if badge.transcript:
        attributes = {"class": "transcript", "role": "group", "tabindex": "0"}
        transcript = SubElement(body, "pre", attributes | {"aria-label": "実行の記録"})
        named = badge.transcript[0].terminal
        for step in badge.transcript:
            if step.terminal != named:
                named = step.terminal
                _text(transcript, "span", f"[{named or '端末'}]\n", {"class": "transcript__name"})
            _write_step(transcript, step)
        statuses = [step.status for step in badge.transcript if step.status is not None]
        if statuses and not any(statuses):
            _text(body, "p", "終了ステータスはすべて 0 です。")
    elif badge.kind in _WITHOUT_TRANSCRIPT and badge.verdict == "passed":
        _text(body, "p", _WITHOUT_TRANSCRIPT[badge.kind])
    return body


def _write_step(transcript: Element, step: Step) -> None:
    if step.prompt or step.command:
        first, *more = step.command.split("\n")
        rest = "".join(f"\n{'... ' if step.prompt.startswith('>>>') else '> '}{m}" for m in more)
        _text(transcript, "span", step.prompt, {"class": "gp"})
        _text(transcript, "span", f"{first}{rest}\n", {"class": "transcript__command"})
    for line in step.difference:
        kind = _DIFFERS.get(line[:1], "same")
        _text(transcript, "span", f"{line}\n", {"class": f"transcript__{kind}"})
    if not step.difference:
        _text(transcript, "span", _whole_lines(step.output), {"class": "go"})
    if step.status:
        _text(
            transcript, "span", f"終了ステータス {step.status}\n", {"class": "transcript__status"}
        )


def _whole_lines(output: str) -> str:
    return output if not output or output.endswith("\n") else output + "\n"


def _text(
    parent: Element, tag: str, text: str, attributes: dict[str, str] | None = None
) -> Element:
    child = SubElement(parent, tag, attributes or {})
    # Python-Markdown takes control characters for its own marks, and a terminal may print any.
    child.text = AtomicString(escape(clean(text), quote=False))
    return child


def _moment(date: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(_JAPAN)


def _day(date: str) -> str:
    when = _moment(date)
    return f"{when.year}年{when.month}月{when.day}日" if when else ""
