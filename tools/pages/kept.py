"""What is made of a file, kept until the file has been written again."""

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def kept(make: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Call `make` for a file once, and again when its time or size has changed (stat(2)).

    Whatever else `make` takes is the same for a file every time. Raises OSError where the file
    can't be looked at, and what `make` raises.
    """
    known: dict[Path, tuple[tuple[int, int], T]] = {}

    def made(file: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
        state = file.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        before = known.get(file)
        if before is None or before[0] != stamp:
            before = known[file] = (stamp, make(file, *args, **kwargs))
        return before[1]

    return made
