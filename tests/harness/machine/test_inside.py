"""What a virtual machine is given to run, and that it is part of what a machine is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import python

from harness.guest import world
from harness.machine import inside


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A harness whose guest room may be edited."""
    copied = tmp_path / "harness"
    shutil.copytree(inside.PACKAGE / "guest", copied / "guest")
    shutil.copy(inside.PACKAGE / "__init__.py", copied)
    monkeypatch.setattr(inside, "PACKAGE", copied)
    forget()
    yield copied
    forget()


def forget() -> None:
    for one in (inside.init, inside.archive, inside.digest):
        one.cache_clear()


def test_whatever_runs_inside_changes_the_digest(package: Path) -> None:
    digests = {inside.digest()}
    for name in ("init", "agent.py", "world.py", "virtual.py"):
        with open(package / "guest" / name, "a") as file:
            file.write("\n# changed\n")
        forget()
        digests.add(inside.digest())
    (package / "guest/new.py").touch()
    forget()
    assert len(digests | {inside.digest()}) == 6


def test_what_is_handed_over_is_whole(tmp_path: Path) -> None:
    """Its main module is imported by a Python that finds our code nowhere else."""
    (tmp_path / "agent.zip").write_bytes(inside.archive())
    code = "import sys; sys.path.insert(0, 'agent.zip'); import harness.guest.virtual as found; "
    code += "print(found.__file__)"
    done = python("-I", "-S", "-c", code, cwd=tmp_path)
    assert done.stdout == "agent.zip/harness/guest/virtual.py\n", done.stderr
    # Its init makes a disk of the size that the world says.
    assert f"size={world.DISK} tmpfs /write".encode() in inside.init()
    assert b"@" not in inside.init()
