"""What runs inside a machine, as this host has it: the whole guest room, with nothing of the host.

A virtual machine is given it as a zip that Python can run (zipapp); of every kind of machine the
digest is part of its identity.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import harness
from harness.guest import world

if TYPE_CHECKING:  # the zygote imports this, and is to stay small
    from harness.image.kernels import Kernel

PACKAGE = Path(harness.__file__).parent
MAIN = b"from harness.guest.%s import main\nmain()\n"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


@cache
def init() -> bytes:
    """The first program of a virtual machine, with the size of its disk filled in."""
    return (PACKAGE / "guest/init").read_bytes().replace(b"@DISK@", world.DISK.encode())


@cache
def archive(main: bytes = b"virtual") -> bytes:
    """The modules of the guest room, as one file that runs the module `main`; equal bytes for
    equal contents."""
    files = {"__main__.py": MAIN % main}
    for path in (PACKAGE / "__init__.py", *sorted((PACKAGE / "guest").rglob("*.py"))):
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


def initramfs(kernel: "Kernel", busybox: Path) -> bytes:
    """What a virtual machine boots from: busybox, a few modules, `init` and the agent.

    It is an archive that the kernel unpacks into its first root directory: cpio's “newc” format,
    Documentation/driver-api/early-userspace/buffer-format.rst in the kernel.
    """
    files = [
        ("bin/busybox", 0o755, busybox.read_bytes()),
        ("init", 0o755, init()),
        ("agent.zip", 0o644, archive()),
        *((f"early/{path.name}", 0o644, path.read_bytes()) for path in kernel.early),
    ]
    return cpio(("bin", "early"), files)


def cpio(directories: Iterable[str], files: Iterable[tuple[str, int, bytes]]) -> bytes:
    """A “newc” archive of directories and of files (path, mode, content), owned by root."""
    members = [(path, 0o040755, b"") for path in directories]
    members += [(path, 0o100000 | mode, data) for path, mode, data in files]
    archive = bytearray()
    for number, (path, mode, data) in enumerate([*members, ("TRAILER!!!", 0, b"")], 1):
        name = path.encode() + b"\0"
        # magic; inode, mode, uid, gid, links, mtime, size, device and rdev (major, minor), then
        # the name's length and a checksum that this format doesn't have
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        archive += padded(header + name) + padded(data)
    return bytes(archive)


def padded(data: bytes) -> bytes:
    """`data`, filled with zeros to a multiple of four bytes."""
    return data + bytes(-len(data) % 4)
