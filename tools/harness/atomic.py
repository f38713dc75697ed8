"""Files that are there whole or not at all, however the process ends."""

import os
import tempfile
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
