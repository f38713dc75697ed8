"""The page 検証結果: what the last runs found, made from their records when the site is built.

A comment of the page says where each part goes::

    [//]: # (verification-line)
    [//]: # (verification-summary)
    [//]: # (verification-matrix)
    [//]: # (verification-reader)
    [//]: # (verification-mutations)
    [//]: # (verification-skips)
    [//]: # (verification-software)
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache, partial
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from harness.record import (
    Entry,
    Score,
    of_reader,
    percent,
    read,
    read_scores,
    text_digest,
)  # fmt: skip
from pages.elements import append_text, facts_element, table_element, text_element
from pages.verified.badge import SAYS, day, linux, machine_name
from pages.verified.badges import Badge, badges, with_reader
from pages.verified.words import of_rule, words
from zenn.book import Book
from zenn.model import Document, Fence
from zenn.parser import parse

_PACKAGES = {
    "debian": "Debian",
    "libc6": "glibc",
    "python3": "Python",
    "gcc": "GCC",
    "rustc": "Rust",
}
_NOTHING_RAN = "検証の記録がありません。make を実行すると、記録が作られ、ここに結果が出ます。"


@dataclass(frozen=True, slots=True)
class ChapterResults:
    """A chapter with code blocks: its page of docs, its title, and what each record says."""

    name: str
    title: str
    fences: tuple[Fence, ...]
    badges: tuple[tuple[Badge, ...], ...]  # one tuple a record, one badge a fence
    reader: tuple[Badge, ...]  # those of the record of what was played from top to bottom
    score: Score | None  # of the text as it is now


@dataclass(frozen=True, slots=True)
class Found:
    """What all records say of all chapters; the first record is that of the default kernel."""

    chapters: tuple[ChapterResults, ...]

    def of_record(self, number: int) -> list[Badge]:
        return [badge for chapter in self.chapters for badge in chapter.badges[number]]

    @property
    def ran(self) -> list[Entry]:
        """The entries of the first record on what has run as it is now."""
        return [badge.entry for badge in self.of_record(0) if badge.entry and badge.entry.ran]


def generators(book: Book, record: Path) -> Mapping[str, Callable[[], Element]]:
    """What makes each part of the page, by the comment that stands for it.

    Records of other kernels lie beside `record`, as ``verification-6.1.json``.
    """
    parts = {
        "verification-line": _line,
        "verification-summary": partial(_summary, zone=ZoneInfo(book.time_zone)),
        "verification-matrix": _matrix,
        "verification-reader": _reader,
        "verification-mutations": _mutations,
        "verification-skips": _skips,
        "verification-software": _software,
    }
    found = cache(partial(find, book, record))  # once for the parts of a page
    return {name: partial(lambda part: part(found()), part) for name, part in parts.items()}


def find(book: Book, record: Path) -> Found:
    """Read the chapters and the records, and say of every block what each record has on it."""
    others = sorted(record.parent.glob(f"{record.stem}-*.json"))
    files = [record, *(file for file in others if "-shard-" not in file.name)]
    records = tuple(map(read, files))
    of_top_to_bottom = read(of_reader(record))
    kept = tuple(entries for number, entries in enumerate(records) if entries or number == 0)
    scores = {score.chapter: score for score in read_scores(record.with_name("mutation.json"))}
    chapters = []
    for file in sorted(book.chapters.rglob("*.md")):
        document = parse(file.read_text(encoding="utf-8-sig"), book.shown(file), book)
        if document.fences:
            name = file.relative_to(book.chapters).as_posix()
            path = document.path.as_posix()
            reader = badges(document, path, of_top_to_bottom)
            found = tuple(badges(document, path, entries) for entries in kept)
            found = (tuple(map(with_reader, found[0], reader)), *found[1:])
            score = scores.get(document.path.as_posix())
            if score and score.text != text_digest(fence.digest for fence in document.fences):
                score = None
            title = _title(document, name)
            chapters.append(ChapterResults(name, title, document.fences, found, reader, score))
    return Found(tuple(chapters))


def _title(document: Document, name: str) -> str:
    title = document.front_matter.get("title")
    return str(title) if title else next((h.text for h in document.headings), name)


def _line(found: Found) -> Element:
    """What a reader is told first."""
    counts = Counter(badge.verdict for badge in found.of_record(0))
    if not (run := counts["passed"] + counts["failed"]):
        return _part(_NOTHING_RAN, **{"class": "verification__nothing"})
    kernels = {".".join(place[0].split(".")[:2]) for place in _places(found)}
    reader = sum(badge.verdict == "passed" for one in found.chapters for badge in one.reader)
    facts = [f"{run:,} ブロックを実行", f"失敗 {counts['failed']}", f"カーネル {len(kernels)}種"]
    facts += [f"読者のマシンで上から順に {reader:,} ブロック"] if reader else []
    line = Element("p", {"class": "verification-line"})
    append_text(line, "・".join(facts))
    return line


def _summary(found: Found, zone: tzinfo) -> Element:
    counts = Counter(badge.verdict for badge in found.of_record(0))
    last = max((entry.date for entry in found.ran), default="")
    part = _part() if last else _part(_NOTHING_RAN, **{"class": "verification__nothing"})
    run = counts["passed"] + counts["failed"]
    facts = {
        "最後に検証した日": day(last, zone),
        "コードブロック": f"{counts.total()}個",
        "実行して確かめたもの": f"{run}個（うち失敗 {counts['failed']}個）",
        "理由があって実行しないもの": f"{counts['skipped']}個",
        "見るだけのもの": f"{counts['shown']}個",
        "未検証のもの": f"{counts['unverified']}個",
    }
    facts_element(part, facts, "verification__facts")
    return part


def _reader(found: Found) -> Element:
    """Every block that has not passed from top to bottom, with the reason."""
    all_of = [badge for chapter in found.chapters for badge in chapter.reader]
    counts = Counter(badge.verdict for badge in all_of if badge.entry)
    if not counts:
        return _part("読者のマシンで実行した記録は、まだありません（make reader）。")
    part, body = _table("読者のマシンで、本文のとおりにならなかったブロック", ["ブロック", "結果"])
    for chapter in found.chapters:
        for fence, badge in zip(chapter.fences, chapter.reader, strict=True):
            reason = badge.entry.reason if badge.entry else None
            if reason and reason.code != "author":  # what its author skips is skipped anywhere
                row = _row_of_block(body, chapter, fence)
                text_element(row, "td", f"{SAYS[badge.verdict][1]}: {words(reason)}")
    facts = {
        "本文のとおりになったもの": f"{counts['passed']}個",
        "ならなかったもの": f"{counts['failed']}個",
        "理由があって実行しないもの": f"{counts['skipped']}個",
    }
    whole = _part()
    facts_element(whole, facts, "verification__facts")
    whole.extend(part if len(body) else ())
    return whole


def _row_of_block(body: Element, chapter: ChapterResults, fence: Fence) -> Element:
    head = f"{chapter.title}、{fence.line}行"
    return _row(body, head, f"{chapter.name}#block-{fence.line}")


def _matrix(found: Found) -> Element:
    """A column for each kernel and kind of machine, whichever record has the runs there."""
    places = _places(found)
    heads = ["章", *_heads(places), "動かしていないもの", "見るだけ"]
    part, body = _table("章とカーネルごとの結果", heads)
    for chapter in found.chapters:
        row = _row(body, chapter.title, chapter.name)
        for place in places:
            _cell(row, _counts(chapter, place))
        others: Counter[str] = Counter(
            badge.verdict for badge in chapter.badges[0] if not _place(badge)
        )
        _cell(row, others)
        text_element(row, "td", str(others["shown"]))
    return part


Place = tuple[str, str, bool]
"""A kernel, a kind of machine, and whether chapters were played there from top to bottom."""


def _places(found: Found) -> list[Place]:
    """Where blocks ran, the oldest kernel first."""
    each = (badge for chapter in found.chapters for of_one in chapter.badges for badge in of_one)
    ran = {place for badge in each if (place := _place(badge))}
    return sorted(ran, key=lambda place: ([int(n) for n in re.findall(r"\d+", place[0])], place))


def _heads(places: list[Place]) -> list[str]:
    """``Linux 6.12.1``, with the kind of machine where there are several."""
    one_kind = len({place[1:] for place in places}) < 2

    def head(kernel: str, machine: str, from_top: bool) -> str:
        kind = f"{machine_name(machine)}{'（章を上から順に）' if from_top else ''}"
        return linux(kernel) if one_kind else f"{linux(kernel)}、{kind}"

    return [head(*place) for place in places]


def _place(badge: Badge) -> Place | None:
    """Where it ran, if anywhere; a world is its machine's."""
    entry = badge.entry
    if not (entry and entry.kernel):
        return None
    return entry.kernel, entry.machine.partition("-")[0], entry.since is not None


def _counts(chapter: ChapterResults, place: Place) -> Counter[str]:
    """The chapter's blocks that ran there, by verdict; failed if any of the records says so."""
    counts: Counter[str] = Counter()
    for of_block in zip(*chapter.badges, strict=True):
        if verdicts := {badge.verdict for badge in of_block if _place(badge) == place}:
            counts["failed" if "failed" in verdicts else "passed"] += 1
    return counts


def _cell(row: Element, counts: Counter[str]) -> None:
    cell = SubElement(row, "td")
    for verdict, (mark, says) in SAYS.items():
        if counts[verdict]:
            line = SubElement(cell, "span", {"class": f"verdict verdict--{verdict}"})
            text_element(line, "span", f"{mark} ", {"aria-hidden": "true"})
            text_element(line, "span", f"{says} {counts[verdict]}")


def _mutations(found: Found) -> Element:
    """How many changes of each chapter's outputs are caught, and by which rules others pass."""
    scores = [(one, one.score) for one in found.chapters if one.score and one.score.tried]
    if not scores:
        return _part("間違いを入れて数えた記録は、まだありません。")
    caught, tried = sum(s.caught for _, s in scores), sum(s.tried for _, s in scores)
    facts = {
        "わざと入れた間違い": f"{tried:,}通り",
        "見つけたもの": f"{caught:,}通り（{percent(caught, tried)} %）",
    }
    heads = ["章", "間違い", "見つけたもの", "見のがすもの"]
    part, body = _table("章ごとの、わざと入れた間違い", heads)
    for chapter, score in scores:
        row = _row(body, chapter.title, chapter.name)
        text_element(row, "td", f"{score.tried:,}通り")
        text_element(row, "td", f"{percent(score.caught, score.tried)} %")
        rules = Counter(of_rule(survivor.rule) for survivor in score.survivors)
        missed = [f"{rule} {number}" for rule, number in sorted(rules.items())]
        text_element(row, "td", "、".join(missed) or "なし")
    whole = _part()
    facts_element(whole, facts, "verification__facts")
    whole.append(part[0])
    return whole


def _skips(found: Found) -> Element:
    """Every block that no record has run, once, with the reason in each."""
    part, body = _table("実行していないブロック", ["ブロック", "理由"])
    for chapter in found.chapters:
        for place, fence in enumerate(chapter.fences):
            each = [verdicts[place] for verdicts in chapter.badges]
            skipped = [b.entry for b in each if b.entry and b.verdict == "skipped"]
            reasons = dict.fromkeys(words(entry.reason) for entry in skipped if entry.reason)
            if reasons and not any(map(_place, each)):
                row = _row_of_block(body, chapter, fence)
                text_element(row, "td", "／".join(reasons))
    return part if len(body) else _part("実行していないブロックの記録はありません。")


def _software(found: Found) -> Element:
    """The versions in the machines of the default record; several, where its runs had several."""
    ran = [entry for entry in found.ran if entry.software]
    if not ran:
        return _part(_NOTHING_RAN)
    versions: dict[str, list[str]] = {"Linux": list(dict.fromkeys(entry.kernel for entry in ran))}
    for entry in ran:
        for package, version in entry.software.items():
            known = versions.setdefault(_PACKAGES.get(package, package), [])
            if _upstream(version) not in known:
                known.append(_upstream(version))
    part, body = _table("検証に使ったソフトウェアの版", ["ソフトウェア", "版"])
    for name, each in versions.items():
        text_element(_row(body, name), "td", "、".join(each))
    return part


def _upstream(version: str) -> str:
    """A Debian version without epoch and revision (deb-version(7)): 4:14.2.0-1 is 14.2.0."""
    return re.sub(r"-[^-]*$", "", version.partition(":")[2] or version)


def _part(sentence: str = "", **attributes: str) -> Element:
    """A part of the page, with one sentence where there is nothing to show."""
    part = Element("div", {"class": "verification"})
    if sentence:
        text_element(part, "p", sentence, attributes)
    return part


def _table(caption: str, heads: Sequence[str]) -> tuple[Element, Element]:
    """A part of the page that is a table, and the body of that."""
    part = _part()
    return part, table_element(part, heads, caption)


def _row(body: Element, head: str, address: str = "") -> Element:
    """A new row of a table, whose head may be a link."""
    row = SubElement(body, "tr")
    cell = text_element(row, "th", "" if address else head, {"scope": "row"})
    if address:
        text_element(cell, "a", head, {"href": address})
    return row
