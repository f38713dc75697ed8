"""What runs inside a machine, as this host has it: the whole guest room, with nothing of the host.

A virtual machine is given it as a zip that Python can run (zipapp); of every kind of machine the
digest is part of its identity.
"""

import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path

import harness
from harness.guest import world

PACKAGE = Path(harness.__file__).parent
MAIN = b"from harness.guest.virtual import main\nmain()\n"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


@cache
def init() -> bytes:
    """The first program of a virtual machine, with the size of its disk filled in."""
    return (PACKAGE / "guest/init").read_bytes().replace(b"@DISK@", world.DISK.encode())


@cache
def archive() -> bytes:
    """The modules of the guest room, as one file; equal bytes for equal contents."""
    files = {"__main__.py": MAIN}
    for path in (PACKAGE / "__init__.py", *sorted((PACKAGE / "guest").glob("*.py"))):
        files[f"harness/{path.relative_to(PACKAGE)}"] = path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name, data in files.items():
            written.writestr(zipfile.ZipInfo(name, EPOCH), data)
    return buffer.getvalue()


@cache
def digest() -> str:
    """Sixteen hexadecimal digits: the same while nothing in the guest room changes."""
    return hashlib.sha256(init() + archive()).hexdigest()[:16]
