"""Standard streams that are closed, that nobody reads any more, or that have no room."""

import os
import sys
from typing import TextIO


def open_streams() -> None:
    """Open those that whoever called this has closed: the first file that is opened would be taken
    for one of them, and Python has None in its place."""
    while (lowest := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(lowest)
    sys.stdout, sys.stderr = sys.stdout or os.fdopen(1, "w"), sys.stderr or os.fdopen(2, "w")


def finish(stream: TextIO, text: str = "") -> str:
    """Write a text, and what is left to be written; where nobody takes it, Python is not to try
    again at its end. Why there was no room, in one sentence, if so."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return "" if isinstance(error, BrokenPipeError) else f"writing: {error.strerror}"
    return ""
