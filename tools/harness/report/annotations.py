"""GitHub's annotations: workflow commands that mark what failed at its line of the pull request.

Form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. What has to
be percent-encoded is only in the code of the runner and of its toolkit
(https://github.com/actions/toolkit, packages/core/src/command.ts).
"""

from collections.abc import Iterable, Iterator

from harness.record import Result
from harness.report.findings import findings


def annotations(results: Iterable[Result]) -> Iterator[str]:
    """One line for each block that failed, to be printed at the start of a line."""
    for finding in findings(results):
        verdict = finding.verdict
        if verdict.outcome == "failed":
            properties = {
                "file": finding.chapter.as_posix(),
                "line": str(verdict.line),
                "title": f"{finding.title}: {verdict.reason}",
            }
            said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
            yield f"::error {said}::{_message(finding.text.strip())}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
