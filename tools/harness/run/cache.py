"""Runs that need not be made again: nothing that decides how they go has changed.

One file for each scenario that has passed, named by the digest of all that a run depends on: what
its blocks say, the programs they include, the machine (kind, image, kernel, emulator), and the code
that plays and judges it. What has failed is not kept: it is run again. Scenarios that were played
from top to bottom are kept where all of their passage have passed, and depend on all of it.
"""

import contextlib
import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from harness import atomic
from harness.plan.passage import Passage
from harness.plan.scenario import Put, Scenario
from harness.record import Entry
from harness.run.play import Left
from harness.run.verdict import Result

_CODE = Path(__file__).parents[2]
_DECIDING_NOTHING = (
    "harness/report",
    "harness/cli",
    "harness/pytest_plugin.py",
    "zenn/lint",
    "zenn/export",
    "zenn/__main__.py",
)
_KEPT = 1000  # scenarios; beyond that the oldest go


class _Run(Struct, frozen=True):
    """What is kept of a run: its entries as a record has them, and what it left behind."""

    entries: tuple[Entry, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Cache:
    """A directory of past runs."""

    directory: Path

    def recall(self, scenario: Scenario, machine: str) -> Result | None:
        """The run of an unchanged scenario in such a `machine` (`Backend.identity`), if known."""
        with contextlib.suppress(OSError, ValueError):
            found = msgspec.json.decode(self._path(scenario, machine).read_bytes(), type=_Run)
            entries = tuple(
                _moved(entry, scenario.chapter.as_posix(), block.line - entry.line)
                for block, entry in zip(scenario.blocks, found.entries, strict=True)
            )
            down = scenario.line - found.entries[0].line
            left = tuple((line + down, what) for line, what in found.left)
            return Result(scenario, entries, left, cached=True)
        return None

    def keep(self, result: Result, machine: str) -> None:
        """Remember a run in which everything passed; where nothing can be written, don't."""
        if not result.cached and all(entry.verdict == "passed" for entry in result.entries):
            with contextlib.suppress(OSError):
                self.directory.mkdir(parents=True, exist_ok=True)
                # By its name alone: a record takes no chapter from elsewhere, and here are some.
                name = result.scenario.chapter.name
                run = _Run(tuple(_moved(one, name, 0) for one in result.entries), result.left)
                atomic.write(self._path(result.scenario, machine), msgspec.json.encode(run))

    def prune(self) -> None:
        """Let the oldest go where there are too many."""
        with contextlib.suppress(OSError):
            files = sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in files[:-_KEPT]:
                path.unlink()

    def _path(self, scenario: Scenario, machine: str) -> Path:
        return self.directory / f"{key(scenario, machine)}.json"


def _moved(entry: Entry, chapter: str, lines: int) -> Entry:
    """The entry of a block that has passed, where it stands now: so many lines further down."""
    steps = tuple(
        msgspec.structs.replace(step, line=step.line + lines, output_line=step.output_line + lines)
        for step in entry.steps
    )
    return msgspec.structs.replace(entry, chapter=chapter, line=entry.line + lines, steps=steps)


def key(scenario: Scenario, machine: str) -> str:
    """The digest of all that decides how a scenario goes. Where it stands does not."""
    parts = [machine, code_digest(), str(len(scenario.actions))]
    parts += [f"{block.fence.digest} {block.leaves}" for block in scenario.blocks]
    parts.append(f"{scenario.forbids_leftovers}")
    parts += [
        repr((action.path, action.text, action.mode))
        if isinstance(action, Put)
        else repr((action.terminal, action.user, action.settings, action.goes_on))
        + repr(replace(action.exchange, line=0, output_line=0))
        for action in scenario.actions
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def key_of_passage(passage: Passage, machine: str) -> str:
    """The digest of all that decides how a passage goes: its scenarios, and how they interlace."""
    parts = []
    for section in passage.sections:
        lines = [(action.line, n) for n, one in enumerate(section) for action in one.actions]
        parts += [repr([n for _, n in sorted(lines)]), *(key(one, machine) for one in section)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def code_digest(code: Path = _CODE) -> str:
    """Of all files below the folder `code` that decide how a run goes (see `deciding`)."""
    digest = hashlib.sha256()
    for path in deciding(code):
        digest.update(str(path.relative_to(code)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def deciding(code: Path) -> list[Path]:
    """The files that decide how a scenario goes, once it has been read from its chapter.

    That is all of the harness, for what runs inside a machine and the recipe of the image are no
    imports, and of the dialect; but not who is told of it, who asks for it, and what Zenn sees.
    """
    others = [code / name for name in _DECIDING_NOTHING]
    files = (file for top in ("harness", "zenn") for file in (code / top).rglob("*"))
    return sorted(
        file
        for file in files
        if "__pycache__" not in file.parts  # its files come and go while other runs import
        and file.is_file()
        and not any(map(file.is_relative_to, others))
    )
