"""Runs that need not be made again: nothing that decides how they go has changed.

One file for each scenario that has passed, named by the digest of all that a run depends on: what
its blocks say, the programs they include, the machine (kind, image, kernel, emulator) and the code
of the harness itself. What has failed is not kept: it is run again.
"""

import contextlib
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from harness import atomic
from harness.plan.scenario import Put, Scenario
from harness.record import Result
from harness.run.verdict import Verdict

_CODE = Path(__file__).parents[2]
_KEPT = 1000  # scenarios; beyond that the oldest go


@dataclass(frozen=True, slots=True)
class Cache:
    """A directory of past runs."""

    directory: Path

    def recall(self, scenario: Scenario, machine: str) -> Result | None:
        """The run of an unchanged scenario in such a `machine` (`Backend.identity`), if known."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(self._path(scenario, machine).read_text("utf-8"))
            pairs = zip(scenario.blocks, found["transcripts"], strict=True)
            verdicts = tuple(
                Verdict(block, "passed", block.line, recalled=tuple(transcript))
                for block, transcript in pairs
            )
            return Result(
                scenario,
                verdicts,
                found["machine"],
                found["kernel"],
                found["date"],
                found["seconds"],
                tuple(found["left"]),
                cached=True,
                software=dict(found["software"]),
            )
        return None

    def keep(self, result: Result, machine: str) -> None:
        """Remember a run in which everything passed; where nothing can be written, don't."""
        if not result.cached and all(one.outcome == "passed" for one in result.verdicts):
            with contextlib.suppress(OSError):
                self._write(result, machine)

    def _write(self, result: Result, machine: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        found = {
            "machine": result.machine,
            "kernel": result.kernel,
            "software": dict(result.software),
            "date": result.date,
            "seconds": result.seconds,
            "left": result.left,
            "transcripts": [verdict.transcript for verdict in result.verdicts],
        }
        text = json.dumps(found, ensure_ascii=False)
        atomic.write(self._path(result.scenario, machine), text.encode())

    def prune(self) -> None:
        """Let the oldest go where there are too many."""
        with contextlib.suppress(OSError):
            files = sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in files[:-_KEPT]:
                path.unlink()

    def _path(self, scenario: Scenario, machine: str) -> Path:
        return self.directory / f"{key(scenario, machine)}.json"


def key(scenario: Scenario, machine: str) -> str:
    """The digest of all that decides how a scenario goes. Where it stands does not."""
    parts = [machine, code_digest(), str(len(scenario.actions))]
    parts += [block.fence.digest for block in scenario.blocks]
    parts += [
        repr((action.path, action.text, action.mode))
        if isinstance(action, Put)
        else repr((action.terminal, action.user, action.settings, action.goes_on))
        + repr(replace(action.entry, line=0, output_line=0))
        for action in scenario.actions
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_digest() -> str:
    """Of the harness and of the parser: a change of theirs may change a verdict."""
    digest = hashlib.sha256()
    for path in sorted(_CODE.rglob("*.py")):
        digest.update(str(path.relative_to(_CODE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
