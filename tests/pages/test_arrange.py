"""Blocks that belong together stand together: languages as tabs, terminals side by side."""

import re

import markdown
import pytest

PY, C, RS = "```python:a.py\n1\n```\n", "```c:a.c\n1;\n```\n", "```rust:a.rs\n1\n```\n"
RESULT = "```text:実行結果\nx\n```\n"


def terminal(name: str) -> str:
    return f"```console:{name}\n$ id\n```\n"


def shape(text: str) -> str:
    """A page as its groups, panels and blocks: ``tabs(Python[2] C[1])``, ``terminals(1 2)``."""
    settings = {"pages.extension": {"docs": "", "record": ""}}
    page = markdown.markdown(text, extensions=["pages.extension"], extension_configs=settings)
    parts = re.findall(r'<div class="(tabs|terminals|tabs__panel|block)"([^>]*)>', page)
    found = ""
    for kind, attributes in parts:
        if kind == "tabs__panel":
            found += " " + re.findall(r'data-tab="(\w+)"', attributes)[0]
        elif kind == "block":
            column = re.findall(r'data-column="(\d)"', attributes)
            found += column[0] if column else "-"
        else:
            found += f" {kind}:"
    return found.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PY + C, "tabs: Python- C-"),
        (PY + RESULT + C + RESULT, "tabs: Python-- C--"),
        (PY + C + RS + RESULT, "tabs: Python- C- Rust--"),
        (PY + "\n[//]: # (skip: x)\n\n" + C, "tabs: Python- C-"),
        (f"- 一覧\n\n{PY}{C}", "tabs: Python- C-"),
        (PY + "文\n" + C, "--"),
        (PY + PY, "--"),
        (PY + "```c:b.c\n1;\n```\n", "--"),
        (PY + RESULT + RESULT + C, "----"),
        (PY + C + PY + C, "tabs: Python- C- tabs: Python- C-"),
        (PY + RESULT, "--"),
        (PY + C + terminal("端末1"), "tabs: Python- C--"),
    ],
)
def test_one_program_in_several_languages_is_tabs(text: str, expected: str) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (terminal("端末1") + terminal("端末2"), "terminals:12"),
        (terminal("B") + terminal("A") + terminal("B"), "terminals:121"),
        (terminal("A") + terminal("A"), "--"),
        (terminal("A") + "文\n" + terminal("B"), "--"),
        (terminal("A") + "```console\n$ id\n```\n" + terminal("B"), "---"),
        (terminal("A") + terminal("B") + RESULT, "terminals:12-"),
    ],
)
def test_terminals_in_turn_stand_side_by_side(text: str, expected: str) -> None:
    assert shape(text) == expected


def test_a_terminal_is_the_same_throughout_the_chapter() -> None:
    settings = {"pages.extension": {"docs": "", "record": ""}}
    text = f"{terminal('B')}文\n{terminal('A')}文\n{terminal('B')}"
    page = markdown.markdown(text, extensions=["pages.extension"], extension_configs=settings)
    assert re.findall(r'data-terminal="(\d)"', page) == ["1", "2", "1"]


def test_the_blocks_stay_in_their_order() -> None:
    settings = {"pages.extension": {"docs": "", "record": ""}}
    text = f"前\n\n{PY}{RESULT}{C}\n中\n\n{terminal('A')}{terminal('B')}\n後\n"
    page = markdown.markdown(text, extensions=["pages.extension"], extension_configs=settings)
    lines = [int(line) for line in re.findall(r'data-block="text:(\d+)"', page)]
    assert lines == sorted(lines)
    assert len(lines) == 5
    assert page.index("前") < page.index('class="tabs"') < page.index("中")
    assert page.index("中") < page.index('class="terminals"') < page.index("後")
