"""The rules of the house: which rooms of tools/ may know of which, and how large they may get."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
MODULES = {
    ".".join(file.relative_to(TOOLS).with_suffix("").parts).removesuffix(".__init__"): file
    for top in ("harness", "zenn", "pages", "publish")
    for file in (TOOLS / top).rglob("*.py")
    if "recipe" not in file.parts
}
FLOORS = (  # each room of the harness may import those above it in this list, and itself
    "harness.compare",
    "harness.guest",
    "harness.plan",
    "harness.image",
    "harness.machine",
    "harness.run",
    "harness.mutate",
    "harness.report",
    "harness.attempt",
    "harness.cli",
)
MOST_FILES, MOST_LINES = 8, 350


def imports(file: Path) -> Iterator[str]:
    """The modules of this project that a file imports, as full names."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom | ast.Import):
            room = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for name in (room + one.name for one in node.names):
                module = name if name in MODULES else name.rpartition(".")[0]
                if module in MODULES:
                    yield module


def inside(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def arrows(room: str) -> set[str]:
    """What the modules of a room import of outside it."""
    found = {m for name, file in MODULES.items() if inside(name, room) for m in imports(file)}
    return {name for name in found if not inside(name, room)}


def test_zenn_knows_nothing_of_the_harness_nor_of_the_site() -> None:
    assert not arrows("zenn")


@pytest.mark.parametrize(
    ("room", "known"),
    [("harness.compare", "harness"), ("harness.guest", "harness"), ("pages", "harness.record")],
)
def test_of_the_harness_a_room_knows_nothing_else(room: str, known: str) -> None:
    assert {name for name in arrows(room) if inside(name, "harness")} <= {known}


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_imports_run_one_way(floor: int) -> None:
    above = FLOORS[floor + 1 :]
    assert not {name for name in arrows(FLOORS[floor]) if any(inside(name, r) for r in above)}


@pytest.mark.parametrize("folder", sorted({file.parent for file in MODULES.values()}), ids=str)
def test_a_room_is_small_and_says_which_question_it_answers(folder: Path) -> None:
    files = [file for file in MODULES.values() if file.parent == folder]
    assert len(files) <= MOST_FILES
    face = folder / "__init__.py"
    assert ast.get_docstring(ast.parse(face.read_text("utf-8")))
    lines = {file.name: len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: many for name, many in lines.items() if many > MOST_LINES} == {}


ROOT = TOOLS.parent


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "tools/README.md"])
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = re.sub(r"(?ms)^(`{3,})[^`\n]*\n.*?^\1`*$", "", (ROOT / page).read_text("utf-8"))
    bases = [ROOT, (ROOT / page).parent]
    here = {path.name for base in bases for path in base.iterdir()} - {"build", "site"}
    words = re.findall(r"`([^`\s]+)`", text)
    named = [one for one in words if one.split("/")[0] in here]
    named += re.findall(r"\]\(([^):]+)\)", text)
    if page.startswith("tools/"):  # of a room, without its name
        named += [f"**/{one}" for one in words if one.endswith(".py") and "/" not in one]
    assert len(named) > 5
    assert not [name for name in named if not any(any(base.glob(name)) for base in bases)]
