"""What pip and npm install is pinned by digest, and not by what only some machines can reach."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
NPM = [
    "tools/lint",
    "tools/supply",
    "tools/web",
    "tests/zenn/conformance",
    "tests/site/whole/checks",
]
_LOCK = "package-lock.json"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
OPTIONAL = PROJECT["optional-dependencies"]
PIP = {
    "requirements.txt": PROJECT["dependencies"] + OPTIONAL["test"],
    "tests/benchmarks/requirements.txt": PROJECT["dependencies"] + OPTIONAL["bench"],
    "tools/supply/requirements.txt": PYPROJECT["dependency-groups"]["supply"],
}


@pytest.mark.parametrize("folder", NPM)
def test_packages_are_locked_by_digest_and_not_by_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / _LOCK).read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    wanted = json.loads((ROOT / folder / "package.json").read_text("utf-8"))["dependencies"]
    locked = {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
    assert locked == wanted


def test_every_lock_is_checked_here_and_kept_up_to_date_by_dependabot() -> None:
    locks = [path.parent for top in ("tools", "tests") for path in (ROOT / top).rglob(_LOCK)]
    ours = {path.relative_to(ROOT).as_posix() for path in locks if "node_modules" not in path.parts}
    assert ours == set(NPM)
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text("utf-8"))["updates"]
    (npm,) = [one for one in updates if one["package-ecosystem"] == "npm"]
    assert {folder.removeprefix("/") for folder in npm["directories"]} == ours
    (pip,) = [one for one in updates if one["package-ecosystem"] == "pip"]
    assert {f"{folder}/requirements.txt".lstrip("/") for folder in pip["directories"]} == set(PIP)


@pytest.mark.parametrize(("lock", "wanted"), PIP.items())
def test_python_packages_are_locked_by_digest_and_as_pyproject_says(
    lock: str, wanted: list[str]
) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    locked = {_normal(package.split(maxsplit=1)[0]) for package in packages}
    assert {_normal(pin) for pin in wanted} - locked == set()


def _normal(pin: str) -> str:
    return re.sub(r"[-_.]+(?=.*==)", "-", pin).lower()
