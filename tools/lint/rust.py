"""Rust's own lint of `snippets/`: cargo fmt and cargo clippy, in one of the book's machines.

This host may have another Rust than the book, or none. Ends with status 1, and what they say, if
they find something.
"""

import os
import sys
from contextlib import closing
from pathlib import Path

from harness.cli.shell import put_programs
from harness.machine import MachineError
from harness.machine.backend import make_backends
from harness.machine.namespaces.host import is_virtual_machine
from zenn.book import read_book

SECONDS = 1800  # under emulation; a tenth of it is enough
COMMANDS = (
    "cargo fmt --all --check",
    "cargo clippy --quiet --offline --workspace --target-dir ../target -- -D warnings",
)


def main() -> None:
    """Lint the workspace of the book that this folder belongs to."""
    book = read_book(Path.cwd())
    # Emulation takes minutes for what takes seconds here, where root may.
    kind = "namespaces" if os.geteuid() == 0 and is_virtual_machine() else "auto"
    note = print if sys.stdout.isatty() else lambda line: None
    try:
        with (
            make_backends(kind, None, False, note, book.guest) as backends,
            closing(backends.choice(book.guest).usual.start()) as machine,
        ):
            put_programs(machine, book, lambda file: file.suffix in (".rs", ".toml"))
            channel, user = machine.channel, book.guest.user
            channel.request("open", within=60, terminal="", user=user, seconds=60)
            for command in (f"cd {book.snippets}", *COMMANDS):
                told = channel.request(
                    "type",
                    within=SECONDS + 60,
                    terminal="",
                    text=command,
                    seconds=SECONDS,
                    until="end",
                )
                if told["state"] != "shell" or told["status"]:
                    sys.exit(f"{told['output']}\n{command}: status {told['status']}")
    except MachineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
