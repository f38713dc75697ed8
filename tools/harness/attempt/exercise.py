"""The exercises of a chapter: a heading, a question, and a solution that is folded.

### 演習2（応用）：同じ名前空間にいるか
:::details 解答
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zenn.model import Document, Fence, Mistake, line_of
from zenn.syntax.blocks import details_title

_HEADING = re.compile(r"演習\s*([0-9]+)\s*(?:（([^）]+)）)?\s*[：:]?\s*(.*)")
SOLUTION = "解答"
GRADES = ("基本", "応用", "挑戦")


@dataclass(frozen=True, slots=True)
class Exercise:
    """`begins` and `ends` are the lines of its solution, `grade` is empty where it has none."""

    number: int
    grade: str
    title: str
    line: int
    begins: int
    ends: int

    def solution(self, document: Document) -> tuple[Fence, ...]:
        return tuple(one for one in document.fences if self.begins < one.line < self.ends)


def exercises(document: Document) -> tuple[Exercise, ...]:
    """Those of a chapter that have a solution, in their order.

    Raises Mistake where two have one number, or a grade is none of the three: then a reader can't
    say which they mean.
    """
    found = dict[int, Exercise]()
    for one in _exercises(document):
        if one.number in found:
            why = f"exercise {one.number} is that of line {found[one.number].line}, too"
            raise Mistake(one.line, why)
        if one.grade and one.grade not in GRADES:
            raise Mistake(one.line, f"the grade {one.grade} is none of {'・'.join(GRADES)}")
        found[one.number] = one
    return tuple(found.values())


def _exercises(document: Document) -> Iterator[Exercise]:
    folded = [
        (line_of(token), token.map[1] + 1)
        for token in document.tokens
        if token.type == "container_details_open" and token.map
        if details_title(token.info).strip() == SOLUTION
    ]
    ends = [heading.line for heading in document.headings[1:]] + [document.text.count("\n") + 2]
    for heading, end in zip(document.headings, ends, strict=True):
        if not (said := _HEADING.fullmatch(heading.text)):
            continue
        for begins, ended in folded:
            if heading.line < begins < end:
                yield Exercise(int(said[1]), said[2] or "", said[3], heading.line, begins, ended)
                break
