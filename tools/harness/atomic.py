"""Files that are there whole or not at all, however the process ends."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ATTEMPTS = 10


class HeldError(Exception):
    """Another process holds the directory."""


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Make `path` a file of `data` with the permissions `mode`, in place of what is there.

    Readers see the old file or the new one (rename(2)). Raises OSError where it can't be written;
    then the old one stands.

    The new one has no name until it is on the disk (O_TMPFILE, open(2)), so that nothing is left of
    it if this process is killed. Only to take the place of an old one it has another name for a
    moment, always the same: what a kill there leaves, the next to write this file takes away.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        new = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(new, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(new, mode)
            os.fsync(new)
            _name(new, folder, path)
        os.fsync(folder)
    finally:
        os.close(folder)


def _name(new: int, folder: int, path: Path) -> None:
    """Give a file without a name that of `path`."""
    for_a_moment = f".{path.name}.new"
    for attempt in range(_ATTEMPTS):
        try:
            if not os.path.lexists(path):
                _link(new, folder, path.name)
                return
            _link(new, folder, for_a_moment)
            try:
                os.replace(path.parent / for_a_moment, path)
            except BaseException:  # ^C, too, leaves nothing beside it
                with suppress(FileNotFoundError):
                    os.unlink(for_a_moment, dir_fd=folder)
                raise
            return
        except FileExistsError:
            if attempt == _ATTEMPTS - 1:
                raise
            with suppress(FileNotFoundError):
                os.unlink(for_a_moment, dir_fd=folder)
        except FileNotFoundError:  # another writer of the same file took the name for a left one
            if attempt == _ATTEMPTS - 1:
                raise


def _link(new: int, folder: int, name: str) -> None:
    # With a directory given Python calls linkat(2) and follows the link of proc(5).
    os.link(f"/proc/self/fd/{new}", name, dst_dir_fd=folder, follow_symlinks=True)


@contextmanager
def locked(directory: Path, wait: bool = True) -> Iterator[None]:
    """Hold a directory's lock (flock(2)), which the kernel lets go if this process is killed.

    Raises HeldError where another process holds it, and this one isn't to `wait`.
    """
    held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno == errno.EWOULDBLOCK:
                raise HeldError from None
            raise
        yield
    finally:
        os.close(held)
