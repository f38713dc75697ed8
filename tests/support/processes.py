"""Other processes: what one has said when it ends, where commands lack, and that others end."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Done = subprocess.CompletedProcess[str]


def ran(*command: str | Path, cwd: Path | None = None, **environment: str) -> Done:
    """A command that has ended, however: its status, its output and its errors."""
    env = os.environ | environment
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


def python(*words: str | Path, cwd: Path | None = None, **environment: str) -> Done:
    """The same, of a Python that is this one."""
    return ran(sys.executable, *words, cwd=cwd, **environment)


@contextmanager
def ending(*pids: int) -> Iterator[None]:
    """What is done within is to end these, if they haven't ended before (see pidfd_open(2))."""
    ends = []
    for pid in pids:
        with suppress(ProcessLookupError):
            ends.append(os.pidfd_open(pid))
    yield
    for end in ends:
        assert select.select([end], [], [], 60)[0], "a process is still there"
        os.close(end)


# They are hidden in a mount namespace, so that nobody finds them.
_HIDE = """
while [ "$1" != -- ]; do
    while file=$(command -v "$1"); do mount --bind /dev/null "$file"; done
    shift
done
shift
exec "$@"
"""


def without(*commands: str, user: bool = False) -> list[str]:
    """What a command line begins with that is run where `commands` are not installed.

    It takes root. With `user` it is run by uid 1000 of a user namespace, who reads what root may.
    """
    ordinary = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if user else []
    return ["unshare", "--mount", "sh", "-ec", _HIDE, "sh", *commands, "--", *ordinary]
