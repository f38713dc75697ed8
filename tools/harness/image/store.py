"""The cache of what machines are made from; all in it is keyed, so that every book shares it.

Whoever builds or derives holds the directory's lock (`atomic.locked`). Everything is built under
another name and renamed when it is whole, so that what has its final name can be used without a
look inside.
"""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from harness import atomic

KEPT = 3  # of a kind: other checkouts of the project, and other chapters, may use theirs
KEPT_SECONDS = 14 * 24 * 3600  # an image, of a GB or more; machines may be over it now


def cache_directory() -> Path:
    """Where the harness keeps what it builds: `$XDG_CACHE_HOME/run-snippets`."""
    base = os.environ.get("XDG_CACHE_HOME")
    cache = Path(base or os.path.expanduser("~/.cache"))
    if not cache.is_absolute():
        raise FileNotFoundError(errno.ENOENT, "no home: set HOME, or XDG_CACHE_HOME", str(cache))
    return cache / "run-snippets"


def derive(
    directory: Path,
    name: str,
    build: Callable[[Path], object],
    progress: Callable[[str], None] = lambda line: None,
) -> Path:
    """`directory`/`name`, made by `build(path)` if it isn't there yet.

    One process builds, the others wait; what `build` leaves behind when it fails or is
    killed is removed before the next attempt.
    """
    directory.mkdir(parents=True, exist_ok=True)
    final, partial = directory / name, directory / f"{name}.part"
    if final.exists():
        return final
    with atomic.locked(directory):
        if final.exists():
            return final
        remove(partial)
        progress(f"making {name}")
        build(partial)
        os.sync()  # the data before the name: a crash must not leave an empty whole
        partial.rename(final)
    return final


def used(directory: Path) -> None:
    """Note down that a directory of the cache is in use, and remove others of its kind (named so up
    to the key) that nobody has used for long: all but the `KEPT` that were used last."""
    with contextlib.suppress(OSError):  # another's, that may be read
        os.utime(directory)
    prune(directory.parent.glob(f"{directory.name.rpartition('-')[0]}-*"), KEPT_SECONDS)


def prune(directories: Iterable[Path], seconds: float) -> None:
    """Remove all but the `KEPT` that were used last, and never one used within these seconds."""
    found = {path: path.stat().st_mtime for path in directories if path.is_dir()}
    for path in sorted(found, key=lambda path: -found[path])[KEPT:]:
        if found[path] < time.time() - seconds:
            shutil.rmtree(path, ignore_errors=True)


def remove(path: Path) -> None:
    """Delete a file or a whole directory, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
