"""The syntax suite: tests/zenn/cases/*.md, each a list of named cases.

A case is a section: its source, and the outline (`outline`) of what is shown. Where the site shows
something else than Zenn on purpose there are two outlines, and a sentence on why; one under the
title of the file stands for all of its cases. ``python tests/zenn/conformance/cases.py`` writes
the outlines anew, so that a diff tells what a new version of Zenn's renderer changes.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mkdocs.exceptions import BuildError
from outline import outline
from page import read_page
from project import render
from renderer import ask

CASES = Path(__file__).parents[1] / "cases"

_SECTION = re.compile(r"^## (.+)\n\n(?=~{8}markdown\n)", re.MULTILINE)
_BLOCK = re.compile(r"^~{8}(\w+)(?::(\w+))?\n(.*?)^~{8}\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """`zenn` and `site` are outlines, in lines; `why` they differ is for people."""

    name: str
    source: str
    zenn: tuple[str, ...]
    site: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Suite:
    """One file; `head` is its title, and what holds for all of its cases."""

    head: str
    cases: tuple[Case, ...]

    @property
    def why(self) -> str:
        return self.head.partition("\n")[2].strip()


def read_suite(text: str) -> Suite:
    head, *sections = _SECTION.split(text)
    pairs = zip(sections[::2], sections[1::2], strict=True)
    return Suite(head.strip(), tuple(_case(name, body) for name, body in pairs))


def _case(name: str, body: str) -> Case:
    blocks = {title or language: code for language, title, code in _BLOCK.findall(body)}
    both = blocks.get("both", "")
    return Case(
        name=name,
        source=blocks["markdown"],
        zenn=tuple(blocks.get("zenn", both).splitlines()),
        site=tuple(blocks.get("site", both).splitlines()),
        why=_BLOCK.sub("", body).strip(),
    )


def print_suite(suite: Suite) -> str:
    return "\n".join([suite.head + "\n", *map(_print_case, suite.cases)])


def _print_case(case: Case) -> str:
    outlines = {"zenn": case.zenn, "site": case.site}
    if case.zenn == case.site:
        outlines = {"both": case.zenn}
    blocks = [_print_block(f"text:{title}", lines) for title, lines in outlines.items()]
    parts = [f"## {case.name}\n", f"~~~~~~~~markdown\n{case.source}~~~~~~~~\n", *blocks]
    return "\n".join([*parts, f"{case.why}\n"] if case.why else parts)


def _print_block(info: str, lines: tuple[str, ...]) -> str:
    return f"~~~~~~~~{info}\n" + "".join(f"{line}\n" for line in lines) + "~~~~~~~~\n"


@cache
def suites() -> dict[str, Suite]:
    """Read all files, by their names."""
    files = sorted(CASES.glob("*.md"))
    return {file.stem: read_suite(file.read_text("utf-8")) for file in files}


def on_zenn(html: str) -> tuple[str, ...]:
    return tuple(outline(read_page(html)))


def on_the_site(source: str) -> tuple[str, ...]:
    """Return the outline of a page of ours; of one that doesn't build, what its author is told."""
    try:
        page = render(source, docs="", snippets=str(CASES / "snippets"), record="", diagrams=False)
    except BuildError as error:
        return (f"error | {error}",)
    return tuple(outline(read_page(page)))


def _write_anew() -> None:
    for name, suite in suites().items():
        pages = ask([case.source for case in suite.cases]).pages
        cases = tuple(
            replace(case, zenn=on_zenn(page), site=on_the_site(case.source))
            for case, page in zip(suite.cases, pages, strict=True)
        )
        (CASES / f"{name}.md").write_text(print_suite(replace(suite, cases=cases)), "utf-8")


if __name__ == "__main__":
    _write_anew()
