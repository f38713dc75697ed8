"""The initramfs of a virtual machine: busybox, a few modules, `guest/init` and the agent.

It is an archive that the kernel unpacks into its first root directory: cpio's “newc” format,
Documentation/driver-api/early-userspace/buffer-format.rst in the kernel.
"""

from collections.abc import Iterable
from pathlib import Path

from harness.image.kernels import Kernel
from harness.machine import inside


def build(kernel: Kernel, busybox: Path) -> bytes:
    """The archive for `kernel`; equal bytes for equal contents."""
    files = [
        ("bin/busybox", 0o755, busybox.read_bytes()),
        ("init", 0o755, inside.init()),
        ("agent.zip", 0o644, inside.archive()),
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
