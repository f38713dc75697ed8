"""Blocks that belong together: one program in several languages, what several kernels show, and
several terminals.

Zenn has neither tabs nor columns, so the blocks simply follow one another in the chapter, and
that is how they are read on a phone, on paper, and without scripts.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from zenn.fences import PROGRAMS, kernel_of
from zenn.model import Fence

_Run = list[tuple[Element, Fence]]
_KERNELS = "kernel"


def arrange(root: Element, fences: Mapping[str, Fence]) -> None:
    """Put what belongs together into one element, all through the tree of a page.

    `fences` are its fences by the ``data-block`` of their elements.
    """
    names = dict.fromkeys(fence.title for fence in fences.values() if _is_terminal(fence))
    terminals = {name: str(number) for number, name in enumerate(names, 1)}
    for parent in list(root.iter()):
        for run in list(_runs(parent, fences)):
            for block, fence in run:
                if _is_terminal(fence):
                    block.set("data-terminal", terminals[fence.title])
            for of, group in _tabs(run):
                tabs = _wrap(parent, "tabs", [_panel(name, blocks) for name, blocks in group])
                if of == _KERNELS:
                    tabs.set("data-of", _KERNELS)
            for blocks in _of_several_terminals(run):
                _side_by_side(parent, blocks)


def _is_terminal(fence: Fence) -> bool:
    """Whether a block is of a terminal that has a name, and not of a kernel's machine."""
    return fence.kind == "console" and fence.title != "" and not kernel_of(fence)


def _runs(parent: Element, fences: Mapping[str, Fence]) -> Iterator[_Run]:
    """The children that are code blocks, as far as nothing stands between them."""
    run: _Run = []
    for child in parent:
        place = child.get("data-block", "")
        if place in fences:
            run.append((child, fences[place]))
        if place not in fences or (child.tail or "").strip():
            if run:
                yield run
            run = []
    if run:
        yield run


def _named(fence: Fence) -> tuple[str, str]:
    """What a block is one of several of, and its name among these; empty if of nothing."""
    if fence.kind == "program" and fence.title:
        return f"program {PurePosixPath(fence.title).stem}", PROGRAMS[fence.language].label
    return (_KERNELS, fence.title) if kernel_of(fence) else ("", "")


def _tabs(run: _Run) -> Iterator[tuple[str, list[tuple[str, list[Element]]]]]:
    """Blocks of one thing with different names, each with the result that follows it: a program in
    several languages, what several kernels show."""
    units: list[tuple[str, str, list[Element]]] = []  # of what, its name, blocks
    for block, fence in run:
        if fence.kind == "result" and units and len(units[-1][2]) == 1:
            units[-1][2].append(block)
        else:
            units.append((*_named(fence), [block]))
    group: list[tuple[str, list[Element]]] = []
    for (of, name, blocks), (after, next_name, _) in zip(
        units, [*units[1:], ("", "", [])], strict=True
    ):
        if of:
            group.append((name, blocks))
        if of != after or next_name in (known for known, _ in group):
            if len(group) > 1:
                yield of, group
            group = []


def _panel(name: str, blocks: Sequence[Element]) -> Element:
    panel = Element("div", {"class": "tabs__panel", "data-tab": name})
    panel.extend(blocks)
    return panel


def _of_several_terminals(run: _Run) -> Iterator[list[tuple[Element, str]]]:
    for named, group in groupby(run, lambda one: _is_terminal(one[1])):
        blocks = [(block, fence.title) for block, fence in group]
        if named and len({title for _, title in blocks}) > 1:
            yield blocks


def _side_by_side(parent: Element, blocks: Sequence[tuple[Element, str]]) -> None:
    """A column for each terminal. A block begins a new row where its column is further left, so
    that rows are read like text: in the order in which one types."""
    columns = {
        title: str(number) for number, title in enumerate(dict.fromkeys(t for _, t in blocks), 1)
    }
    for block, title in blocks:
        block.set("data-column", columns[title])
    wrapper = _wrap(parent, "terminals", [block for block, _ in blocks])
    wrapper.set("data-columns", str(len(columns)))


def _wrap(parent: Element, kind: str, children: Sequence[Element]) -> Element:
    """Put `children` into one element in the place of the first block that they hold."""
    wrapper = Element("div", {"class": kind})
    wrapper.extend(children)
    inside = set(wrapper.iter())
    kept = [wrapper if child in inside else child for child in parent]
    parent[:] = list(dict.fromkeys(kept))
    return wrapper
