"""Entries of a record as tests want them, valid but for what they say themselves."""

from typing import Any

from harness.record import Entry, Reason, Step
from zenn.model import Fence

RAN = {"machine": "qemu", "kernel": "6.18.44", "date": "2026-11-23T18:40:00Z"}


def author(why: str) -> Reason:
    """The reason of an author who skips a block."""
    return Reason("author", {"why": why})


def entry(verdict: str = "passed", /, **known: Any) -> Entry:
    """The entry of a block; a fault is at its first line."""
    line = known.get("line", 3)
    of_verdict: dict[str, dict[str, Any]] = {
        "passed": RAN,
        "failed": RAN | {"reason": Reason("output-differs"), "about": line},
        "skipped": {"reason": author("網が要る"), "about": line},
        "shown": {"kind": "shown"},
    }
    digest = known.get("digest", "a" * 64)
    block = {"chapter": "docs/01-a.md", "line": line, "title": "console", "kind": "console"}
    block |= {"digest": digest, "scenario": (digest,), "verdict": verdict}
    return Entry(**(block | of_verdict[verdict] | known))


def of(fence: Fence, verdict: str = "passed", /, **known: Any) -> Entry:
    """The entry of a fence of docs/01-a.md."""
    return entry(verdict, **({"line": fence.line, "digest": fence.digest} | known))


def step(command: str = "id", output: str = "", **known: Any) -> Step:
    """A step that has passed."""
    typed: dict[str, Any] = {"line": 4, "output_line": 5, "prompt": "$ ", "user": "reader"}
    ended = {"text": command, "command": command, "output": output, "status": 0, "seconds": 0.8}
    return Step(**(typed | ended | known))
