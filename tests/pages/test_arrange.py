"""Blocks that belong together stand together: languages as tabs, terminals side by side."""

import re

import pytest
from project import alone

PY, C, RS = "```python:a.py\n1\n```\n", "```c:a.c\n1;\n```\n", "```rust:a.rs\n1\n```\n"
RESULT = "```text:実行結果\nx\n```\n"
OUTPUT = RESULT.replace("実行結果", "出力")


def terminal(name: str) -> str:
    return f"```console:{name}\n$ id\n```\n"


def kernel(series: str) -> str:
    return f"```console new:Linux {series}\n$ id\n```\n"


def shape(text: str) -> str:
    """A page as its groups, panels and blocks: ``tabs(Python[2] C[1])``, ``terminals(1 2)``."""
    page = alone(text)
    parts = re.findall(r'<div class="(tabs|terminals|tabs__panel|block)"([^>]*)>', page)
    found = ""
    for kind, attributes in parts:
        if kind == "tabs__panel":
            found += " " + re.findall(r'data-tab="([^"]+)"', attributes)[0]
        elif kind == "block":
            column = re.findall(r'data-column="(\d)"', attributes)
            found += column[0] if column else "-"
        else:
            found += f" {kind}:"
    return found.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # One program in several languages is tabs.
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
        # Terminals in turn stand side by side.
        (terminal("端末1") + terminal("端末2"), "terminals:12"),
        (terminal("B") + terminal("A") + terminal("B"), "terminals:121"),
        (terminal("A") + terminal("A"), "--"),
        (terminal("A") + "文\n" + terminal("B"), "--"),
        (terminal("A") + "```console\n$ id\n```\n" + terminal("B"), "---"),
        (terminal("A") + terminal("B") + RESULT, "terminals:12-"),
        # What several kernels show is tabs, too, and no terminal.
        (kernel("6.1") + kernel("6.12"), "tabs: Linux 6.1- Linux 6.12-"),
        (kernel("6.1") + OUTPUT + kernel("7"), "tabs: Linux 6.1-- Linux 7-"),
        (kernel("6.1") + kernel("6.1"), "--"),
        (kernel("6.1") + "文\n" + kernel("7"), "--"),
        (kernel("6.1") + terminal("端末1") + kernel("7"), "---"),
        (PY + kernel("6.1") + kernel("7"), "- tabs: Linux 6.1- Linux 7-"),
    ],
)
def test_blocks_that_belong_together_stand_together(text: str, expected: str) -> None:
    assert shape(text) == expected


def test_a_terminal_is_the_same_throughout_the_chapter() -> None:
    page = alone(f"{terminal('B')}文\n{terminal('A')}文\n{terminal('B')}")
    assert re.findall(r'data-terminal="(\d)"', page) == ["1", "2", "1"]


def test_the_blocks_stay_in_their_order() -> None:
    page = alone(f"前\n\n{PY}{RESULT}{C}\n中\n\n{terminal('A')}{terminal('B')}\n後\n")
    lines = [int(line) for line in re.findall(r'data-block="text:(\d+)"', page)]
    assert lines == sorted(lines)
    assert len(lines) == 5
    assert page.index("前") < page.index('class="tabs"') < page.index("中")
    assert page.index("中") < page.index('class="terminals"') < page.index("後")
