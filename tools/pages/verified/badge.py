"""A badge as HTML: one line that opens to the transcript of the run."""

import re
from datetime import UTC, datetime, timedelta, timezone
from xml.etree.ElementTree import Element, SubElement

from pages.elements import facts_element, text_element
from pages.verified.badges import Badge, Value
from pages.verified.transcript import transcript_element, values_of

_JAPAN = timezone(timedelta(hours=9), "JST")

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
}
_REASONS = {"the output differs": "出力が本文と違います"}
_LEGEND = "- は本文にだけある行、+ は実行結果にだけある行です。"
_KINDS = {
    "inode": "inode番号",
    "pid": "PID",
    "tid": "スレッドの番号",
    "mac": "MACアドレス",
    "uuid": "UUID",
    "key": "IPCのキー",
    "date": "日付",
    "time": "時刻",
    "rtt": "往復時間",
    "uptime": "稼働時間",
    "release": "カーネルの版",
    "machine": "CPUの種類",
}


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
    mark, says = SAYS[badge.verdict]
    text_element(line, "span", mark, {"class": "badge__mark", "aria-hidden": "true"})
    text_element(line, "span", says, {"class": "badge__verdict"})
    for detail in _details(badge):
        text_element(line, "span", detail, {"class": "badge__detail"})
    if opens:
        element.append(_body(badge))
    return element


def _differs(badge: Badge) -> bool:
    return any(step.difference for step in badge.transcript)


def _details(badge: Badge) -> list[str]:
    reason = _REASONS.get(badge.reason, badge.reason) if badge.verdict != "passed" else ""
    machine = MACHINES.get(badge.machine, badge.machine)
    # The distribution's part of the release is in the body.
    return [part for part in [reason, linux(badge.kernel), machine, day(badge.date)] if part]


def linux(release: str) -> str:
    """A kernel's release as readers know it: ``6.1.0-50-cloud-amd64`` is Linux 6.1.0-50."""
    version = re.match(r"\d+(\.\d+)*(-\d+)?(?![^-+])", release)
    return f"Linux {version[0] if version else release}" if release else ""


def _body(badge: Badge) -> Element:
    body = Element("div", {"class": "badge__body"})
    _facts(body, badge)
    if _differs(badge):
        text_element(body, "p", _LEGEND)
    if badge.transcript:
        body.append(transcript_element(badge.transcript))
        statuses = [step.status for step in badge.transcript if step.status is not None]
        if statuses and not any(statuses):
            text_element(body, "p", "終了ステータスはすべて 0 です。")
        values = values_of(badge.transcript)
        if values:
            _values(body, values)
    elif badge.kind in _WITHOUT_TRANSCRIPT and badge.verdict == "passed":
        text_element(body, "p", _WITHOUT_TRANSCRIPT[badge.kind])
    return body


def _facts(body: Element, badge: Badge) -> None:
    when = _moment(badge.date)
    facts = {
        "実行日時": f"{day(badge.date)} {when:%H:%M}（日本時間）" if when else "",
        "所要時間": _duration(badge.seconds) if badge.transcript else "",
        "マシン": MACHINES.get(badge.machine, badge.machine),
        "カーネル": f"Linux {badge.kernel}" if badge.kernel else "",
    }
    facts_element(body, facts, "badge__facts")


def _duration(seconds: float) -> str:
    return f"{seconds:.1f}秒" if seconds >= 0.1 else "0.1秒未満"


def _values(body: Element, values: list[Value]) -> None:
    """List the values that stand for others: a title is not for keyboards and touch screens."""
    text_element(body, "p", "印の付いた値は、本文とは違う値です。")
    attributes = {"class": "badge__values", "aria-label": "本文と違う値"}
    table = SubElement(body, "table", attributes)
    head = SubElement(SubElement(table, "thead"), "tr")
    for name in ("値", "本文", "この実行"):
        text_element(head, "th", name, {"scope": "col"})
    rows = SubElement(table, "tbody")
    for value in values:
        row = SubElement(rows, "tr")
        text_element(row, "th", _KINDS.get(value.kind, value.kind), {"scope": "row"})
        for shown in (value.text, value.run):
            text_element(SubElement(row, "td"), "code", shown)


def _moment(date: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(_JAPAN)


def day(date: str) -> str:
    """An ISO date as the day that it is in Japan, empty for none."""
    when = _moment(date)
    return f"{when.year}年{when.month}月{when.day}日" if when else ""
