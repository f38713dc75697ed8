"""One thing of a machine that is looked at again and again."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from harness.guest.proc import Proc

Items = dict[str, str]
"""What there is, as an author would call it (``mount /mnt``), and how it is (``tmpfs rw``)."""

MOST_BYTES = 1 << 20  # of a file that is looked at


class Watch:
    """Something to `look` at. Where more than a look is needed to say what there is, `tell` says it
    of what was seen, once that has changed."""

    def __init__(
        self, look: Callable[[], Any], tell: Callable[[Any], Items] = lambda seen: seen
    ) -> None:
        self._look, self._tell = look, tell
        self._seen: Any = None
        self.items: Items = {}

    def again(self) -> Items:
        """What there is now; the same object as before while nothing has changed."""
        seen = self._look()
        if seen != self._seen:
            self._seen, self.items = seen, self._tell(seen)
        return self.items


def read(proc: Proc, path: str) -> str:
    """A file below /proc, or nothing where it can't be read."""
    found = b""
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc.fd)
        try:
            while len(found) < MOST_BYTES and (chunk := os.read(fd, 1 << 16)):
                found += chunk
        finally:
            os.close(fd)
    return found.decode("utf-8", "replace")


def listed(directory: str) -> tuple[str, ...]:
    """The names in a directory, sorted; none where there is no such directory."""
    with contextlib.suppress(OSError):
        return tuple(sorted(os.listdir(directory)))
    return ()


def changes(before: Items, after: Items) -> Iterator[str]:
    """The names of what is new, gone, or otherwise."""
    return (name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
