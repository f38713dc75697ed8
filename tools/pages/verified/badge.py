"""A badge as HTML: one line that opens to the transcript of the run."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from xml.etree.ElementTree import Element, SubElement

from harness.record import Entry, Value
from pages.elements import append_text, facts_element, table_element, text_element
from pages.verified.badges import Badge, Usual
from pages.verified.transcript import transcript_element, values_of
from pages.verified.words import words

SAYS = {
    "passed": ("✓", "検証済み"),
    "failed": ("✗", "失敗"),
    "skipped": ("–", "実行していません"),
    "unverified": ("○", "未検証"),
}
_WITHOUT_TRANSCRIPT = {
    "program": "このプログラムは、この章に書かれたコマンドで実際に動かしました。",
    "file": "このファイルは、この章に書かれた場所に実際に置いて使いました。",
}
MACHINES = {
    "qemu": "仮想マシン（QEMU）",
    "namespaces": "名前空間で分けた環境",
    "qemu-namespaces": "仮想マシン（QEMU）内の名前空間",
    "reader": "読者のマシン",
}
_LEGEND = "- は本文にだけある行、+ は実行結果にだけある行です。"
_KINDS = {
    "inode": "inode番号",
    "pid": "PID",
    "tid": "スレッドの番号",
    "mac": "MACアドレス",
    "uuid": "UUID",
    "address": "アドレス",
    "key": "IPCのキー",
    "date": "日付",
    "time": "時刻",
    "rtt": "往復時間",
    "uptime": "稼働時間",
    "release": "カーネルの版",
    "machine": "CPUの種類",
}


def machine_name(kind: str) -> str:
    """A kind of machine in words; as it is called in the record, if no harness knows it."""
    return MACHINES.get(kind, kind)


def badge_element(badge: Badge, zone: tzinfo, usual: Usual, line: int) -> Element | None:
    """Return the badge of the block in a `line`, with times of the `zone`, or None for one that is
    only looked at. What is `usual` on the page is left to where it opens, and to the page's line.

    It stays out of the search index: "検証済み" would be found on every page.
    """
    if badge.verdict == "shown":
        return None
    ran = badge.entry if badge.entry and badge.entry.ran else None
    reader = badge.reader.entry if badge.reader and badge.reader.ran else None
    attributes = {"class": f"badge badge--{badge.verdict}", "data-search-exclude": ""}
    if any(one and _differs(one) for one in (ran, reader)):
        attributes["open"] = "open"
    element = Element("details" if ran else "p", attributes)
    head = SubElement(element, "summary") if ran else element
    mark, says = SAYS[badge.verdict]
    text_element(head, "span", mark, {"class": "badge__mark", "aria-hidden": "true"})
    text_element(head, "span", says, {"class": "badge__verdict"})
    text_element(head, "span", f"{line}行のブロック", {"class": "badge__block"})
    for detail in _details(badge, zone, usual):
        text_element(head, "span", detail, {"class": "badge__detail"})
    if badge.reader and not badge.verdict == badge.reader.verdict == "passed":
        mark, says = SAYS[badge.reader.verdict]
        where = {"class": f"badge__detail badge__reader badge__reader--{badge.reader.verdict}"}
        place = text_element(head, "span", f"{top_to_bottom(reader)} ", where)
        text_element(place, "span", f"{mark} ", {"aria-hidden": "true"})
        append_text(place, says)
    if ran:
        element.append(_body(ran, zone, usual))
        if badge.reader and badge.reader.entry:
            _of_reader(element[-1], badge.reader.entry, zone)
    return element


def verified_line(badges: Sequence[Badge], usual: Usual, zone: tzinfo) -> Element | None:
    """What holds for the blocks of a page unless their badges say otherwise; None if none ran."""
    ran = [one.entry for one in badges if one.entry and one.verdict == "passed"]
    if not ran:
        return None
    kernel, machine = usual
    last = day(max(one.date for one in ran), zone)
    line = Element("p", {"class": "verification-line", "data-search-exclude": ""})
    where = f"{linux(kernel)}、{machine_name(machine)}"
    text = f"{last}までに {len(ran)} ブロックを検証しました（断りがなければ、{where}）。"
    reader = sum(one.reader is not None and one.reader.verdict == "passed" for one in badges)
    append_text(
        line, text + (f"読者のマシンでも、上から順に {reader} ブロック。" if reader else "")
    )
    return line


def top_to_bottom(entry: Entry | None) -> str:
    """Where a chapter was played from top to bottom: as a rule on the reader's machine."""
    machine = entry.machine if entry else ""
    top = machine in ("", "reader")
    return machine_name("reader") if top else f"上から順に（{machine_name(machine)}）"


def _of_reader(body: Element, entry: Entry, zone: tzinfo) -> None:
    """What was found when the chapter was played from top to bottom; what differed, in full."""
    text_element(body, "p", f"{top_to_bottom(entry)}で、章を上から順に実行した結果です。")
    if entry.reason:
        text_element(body, "p", f"{words(entry.reason)}。")
    if entry.ran:
        _facts(body, entry, zone, ("", "reader"))
    if entry.verdict == "failed" and entry.steps:
        body.append(transcript_element(entry.steps))


def _differs(entry: Entry) -> bool:
    return any(step.difference for step in entry.steps)


def _details(badge: Badge, zone: tzinfo, usual: Usual) -> list[str]:
    entry = badge.entry
    if not entry:
        return ["変更後は未検証です"] if badge.changed else []
    kernel, machine = usual if badge.verdict == "passed" else ("", "")
    details = [
        words(entry.reason) if entry.reason else "",
        # The distribution's part of the release is in the body.
        linux(entry.kernel) if entry.kernel != kernel else "",
        machine_name(entry.machine) if entry.machine != machine else "",
        day(entry.date, zone) if badge.verdict != "passed" else "",
    ]
    return [detail for detail in details if detail]


def linux(release: str) -> str:
    """A kernel's release as readers know it: ``6.1.0-50-cloud-amd64`` is Linux 6.1.0-50."""
    version = re.match(r"\d+(\.\d+)*(-\d+)?(?![^-+])", release)
    return f"Linux {version[0] if version else release}" if release else ""


def _body(entry: Entry, zone: tzinfo, usual: Usual) -> Element:
    body = Element("div", {"class": "badge__body"})
    _facts(body, entry, zone, usual)
    if _differs(entry):
        text_element(body, "p", _LEGEND)
    if entry.steps:
        body.append(transcript_element(entry.steps))
        statuses = [step.status for step in entry.steps if step.status is not None]
        if statuses and not any(statuses):
            text_element(body, "p", "終了ステータスはすべて 0 です。")
        values = values_of(entry.steps)
        if values:
            _values(body, values)
    elif entry.kind in _WITHOUT_TRANSCRIPT and entry.verdict == "passed":
        text_element(body, "p", _WITHOUT_TRANSCRIPT[entry.kind])
    return body


def _facts(body: Element, entry: Entry, zone: tzinfo, usual: Usual) -> None:
    """What is not usual is told, as is when it ran and how long that took."""
    kernel, machine = usual
    when = datetime.fromisoformat(entry.date).astimezone(zone)
    facts = {
        "実行日時": f"{day(entry.date, zone)} {when:%H:%M}（{when:%Z}）",
        "所要時間": _duration(entry.seconds) if entry.steps else "",
        "マシン": machine_name(entry.machine) if entry.machine != machine else "",
        "カーネル": f"Linux {entry.kernel}" if entry.kernel != kernel else "",
        "マシンのはじまり": _since(entry),
    }
    facts_element(body, facts, "badge__facts")


def _since(entry: Entry) -> str:
    """With which block a machine began that other sections were played in, too."""
    if not entry.since:
        return ""
    why = f"（{entry.broke}行で続けられなくなったため、作り直しました）" if entry.broke else ""
    return f"{entry.since}行のブロック{why}"


def _duration(seconds: float) -> str:
    return f"{seconds:.1f}秒" if seconds >= 0.1 else "0.1秒未満"


def _values(body: Element, values: list[Value]) -> None:
    """List the values that stand for others: a title is not for keyboards and touch screens."""
    text_element(body, "p", "印の付いた値は、本文とは違う値です。")
    attributes = {"class": "badge__values", "aria-label": "本文と違う値"}
    rows = table_element(body, ("値", "本文", "この実行"), attributes=attributes)
    for value in values:
        row = SubElement(rows, "tr")
        text_element(row, "th", _KINDS.get(value.kind, value.kind), {"scope": "row"})
        for shown in (value.text, value.run):
            text_element(SubElement(row, "td"), "code", shown)


def day(date: str, zone: tzinfo) -> str:
    """A date of the record as the day that it is in the `zone`, empty for none."""
    if not date:
        return ""
    when = datetime.fromisoformat(date).astimezone(zone)
    return f"{when.year}年{when.month}月{when.day}日"
