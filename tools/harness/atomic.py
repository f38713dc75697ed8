"""Files that are there whole or not at all, however the process ends."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Make `path` a file of `data` with the permissions `mode`, in place of what is there.

    Readers see the old file or the new one (rename(2)). Raises OSError where it can't be written;
    then the old one stands.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            new.write(data)
            new.flush()
            os.fchmod(new.fileno(), mode)
            os.replace(new.name, path)
        except BaseException:  # ^C, too, leaves nothing beside it
            os.unlink(new.name)
            raise


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory's lock (flock(2)), which the kernel lets go if this process is killed."""
    held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
