"""What one program answers on each kernel, as a table, by the record of its runs.

A comment says where it goes, ``[//]: # (versions-table)`` for ``versions.py`` and so for each of
`PROGRAMS`: in the chapter whose consecutive blocks, named after a kernel (``Linux 6.12``), run that
program. It prints a line for each feature, its name and, after two spaces or more, the answer. Only
what has passed as it stands is shown: a kernel whose block has not run has “未実行”, which is no
answer.
"""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from pages.elements import table_element, text_element
from pages.verified.badge import linux
from pages.verified.badges import Badge
from zenn.model import Fence

NOT_RUN = "未実行"
PROGRAMS = {"versions": "試すこと", "structures": "メンバー"}
"""What has a table of its answers, and what its first column is called."""
_ANSWER = re.compile(r"(\S.*?) {2,}(\S.*)")


def versions_table(program: str, blocks: Iterable[tuple[Fence, Badge]]) -> Element:
    """The table of one of `PROGRAMS`, of blocks in the order of the page; a cell links the block
    that it is from.
    """
    runs = re.compile(rf"python3 {program}\.py$", re.MULTILINE)
    columns = [
        (fence, badge, _answers(badge))
        for fence, badge in blocks
        if re.match(r"Linux \d", fence.title) and runs.search(fence.text)
    ]
    features = dict.fromkeys(name for _, _, answers in columns for name in answers)
    part = Element("div", {"class": "verification"})
    body = table_element(part, [PROGRAMS[program], *map(_head, columns)], "カーネルの版ごとの答え")
    for feature in features:
        row = SubElement(body, "tr")
        text_element(row, "th", feature, {"scope": "row"})
        for fence, _, answers in columns:
            cell = SubElement(row, "td")
            answer = answers.get(feature, NOT_RUN)
            text_element(cell, "a", answer, {"href": f"#block-{fence.line}"})
    if not features:
        text_element(part, "p", "まだ、どのカーネルでも実行していません。")
    return part


def _head(column: tuple[Fence, Badge, dict[str, str]]) -> str:
    """The kernel that ran, or the name of the block where none did."""
    fence, badge, answers = column
    return linux(badge.entry.kernel) if badge.entry and answers else fence.title


def _answers(badge: Badge) -> dict[str, str]:
    """What the program printed where the block has passed: an answer for each feature."""
    if badge.verdict != "passed" or not badge.entry:
        return {}
    lines = [line for step in badge.entry.steps for line in step.output.splitlines()]
    return {found[1]: found[2] for line in lines if (found := _ANSWER.fullmatch(line.rstrip()))}
