"""How much of the host a chapter may take: sizes that are refused, and time that ends.

What reads a chapter is linear in its size where we wrote it. Markdown's own rules are not all, and
so the time is bounded, too: of the processor, for a busy host is no fault of the chapter's.
"""

import errno
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

CHAPTER_BYTES = 1 << 18  # a whole book has no more
LINE_CHARACTERS = 20_000
PROGRAMS_CHARACTERS = 1 << 18  # of all that a chapter includes
READING_SECONDS = 5.0  # of CPU time for reading a chapter, which takes a tenth of one
_FRONT_CHARACTERS = 1 << 14
_FRONT_DEPTH = 20
_TICK = 0.25  # seconds


class TooMuchError(Exception):
    """A text costs more than it may: one sentence that says what to do."""


@contextmanager
def bounded(what: str, seconds: float | None = None) -> Iterator[None]:
    """Raise TooMuchError where the main thread spends more CPU time within this than it may.

    `what` says what takes so long. In another thread, and within another such time, nothing more
    is bounded.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        yield
        return
    most = seconds or READING_SECONDS
    until = time.thread_time() + most

    def look(_signal: int, _frame: FrameType | None) -> None:
        if time.thread_time() > until:
            raise TooMuchError(f"{what} takes more than {most:.0f} s: shorten it")

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read_text(path: Path) -> str:
    """The text of a file that somebody has named, or that a checkout has; it is no larger than a
    chapter may be.

    Raises UnicodeDecodeError, and OSError, also for what is larger, or is no file: a device may
    have no end, and a pipe waits for whoever writes it.
    """
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no file, but a device or a pipe", str(path))
        data = file.read(CHAPTER_BYTES + 1)
    if len(data) > CHAPTER_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {CHAPTER_BYTES >> 10} KiB", str(path))
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def too_large(text: str) -> tuple[int, str] | None:
    """The line at which a chapter is larger than it may be, and why."""
    if len(text) > CHAPTER_BYTES or len(text.encode("utf-8", "replace")) > CHAPTER_BYTES:
        return 1, f"the chapter is larger than {CHAPTER_BYTES >> 10} KiB: divide it"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_CHARACTERS:
            return number, f"a line of more than {LINE_CHARACTERS} characters: break it"
    return None


class _Loader(yaml.SafeLoader):
    """YAML without what makes little text large or deep: aliases, and nesting without end."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.get_mark()
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=mark)
        self.depth += 1
        if self.depth > _FRONT_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def load_yaml(text: str) -> Any:
    """What a stranger's YAML says. Raises yaml.YAMLError, ValueError for a value that can't be."""
    return yaml.load(text, _bounded_loader(text))


def compose_yaml(text: str) -> yaml.Node | None:
    """Its nodes, with their lines. Raises yaml.YAMLError."""
    return yaml.compose(text, _bounded_loader(text))


def _bounded_loader(text: str) -> type[_Loader]:
    if len(text) > _FRONT_CHARACTERS:
        raise yaml.MarkedYAMLError(problem=f"more than {_FRONT_CHARACTERS >> 10} Ki characters")
    return _Loader
