"""Files that are there whole or not at all, however the process ends."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_ATTEMPTS = 10
# What open(2) says of O_TMPFILE where a file system, or the kernel, has none.
_KNOWN_NOTHING_OF = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL)


class HeldError(Exception):
    """Another process holds the directory."""


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Make `path` a file of `data` with the permissions `mode`, in place of what is there.

    Readers see the old file or the new one (rename(2)). Raises OSError, with the path for its file
    name, where it can't be written; then the old one stands.

    The new one has no name until it is on the disk (O_TMPFILE, open(2)), so that nothing is left of
    it if this process is killed. Only to take the place of an old one it has another name for a
    moment, always the same: what a kill there leaves, the next to write this file takes away. Where
    the file system knows neither such files nor links, as VirtualBox's shared folders, the new one
    has that name while it is written.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                new = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            except OSError as error:
                if error.errno not in _KNOWN_NOTHING_OF:
                    raise
                _written_beside(path, folder, data, mode)
            else:
                with os.fdopen(new, "wb") as file:
                    _fill(file, data, mode)
                    _name(new, folder, path)
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None
        raise


def _fill(file: BinaryIO, data: bytes, mode: int) -> None:
    file.write(data)
    file.flush()
    os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())


def _for_a_moment(path: Path) -> str:
    return f".{path.name}.new"


def _written_beside(path: Path, folder: int, data: bytes, mode: int) -> None:
    """Write a file that has a name from the beginning."""
    name = _for_a_moment(path)
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    with _taken_away(name, folder), open(os.open(name, flags, 0o600, dir_fd=folder), "wb") as file:
        _fill(file, data, mode)
        os.replace(path.parent / name, path)


def _name(new: int, folder: int, path: Path) -> None:
    """Give a file without a name that of `path`."""
    name = _for_a_moment(path)
    for attempt in range(_ATTEMPTS):
        try:
            if not os.path.lexists(path):
                _link(new, folder, path.name)
                return
            _link(new, folder, name)
            with _taken_away(name, folder):
                os.replace(path.parent / name, path)
            return
        except FileExistsError:
            if attempt == _ATTEMPTS - 1:
                raise
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:  # another writer of the same file took the name for a left one
            if attempt == _ATTEMPTS - 1:
                raise


@contextmanager
def _taken_away(name: str, folder: int) -> Iterator[None]:
    """Whatever ends what is done within, ^C too, leaves no file of that name."""
    try:
        yield
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
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
