"""What a run found of each block: the rows of reports that are files, and their plain text."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness.record import Result, by_block
from harness.report.report import Report
from harness.run.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """A block's verdict, and the result that it is of."""

    result: Result
    verdict: Verdict

    @property
    def chapter(self) -> Path:
        return self.result.scenario.chapter

    @property
    def title(self) -> str:
        """The block as its author named it: ``console 端末A``, ``python unshare_uts.py``."""
        fence = self.verdict.block.fence
        return f"{fence.language} {fence.title}".strip()

    @property
    def text(self) -> str:
        """What the terminal says of a failure (place, command and diff), without colours."""
        written = io.StringIO()
        # A console that is no terminal, whatever this process has: FORCE_COLOR counts for nothing.
        console = Console(
            file=written, force_terminal=False, color_system=None, highlight=False, width=200
        )
        Report(console).failure(self.result, self.verdict)
        return written.getvalue()


def findings(results: Iterable[Result]) -> list[Finding]:
    """Every block of the results once, in the order of chapters and lines."""
    return [Finding(result, verdict) for result, verdict in by_block(results)]
