"""Whether what runs is one of the machine's own shells or Pythons, as its file and the kernel say.

What a program prints may look like a prompt, and a process is called what it likes. So whoever is
to be taken for a shell runs the file of one, or one with the same contents, wherever that lies.
"""

import contextlib
import hashlib
import os
from itertools import pairwise

from harness.guest.proc import Proc, Reader

KINDS = {
    "shell": ("bash", "dash", "zsh", "ksh", "mksh"),
    "busybox": ("busybox",),
    "python": ("python3",),
}
PLACES = ("/usr/bin", "/usr/local/bin")
APPLETS = (b"sh", b"ash")  # of busybox that are shells
WITH_A_WORD = {b"-O", b"+O", b"-o", b"+o", b"--rcfile", b"--init-file", b"-W", b"-X"}
# The bytes that the builtin `read` asks for: one, or in bash, of what it can't go back in, ZBUFSIZ
# (lib/sh/zread.c); for a command bash and dash ask for as many as their buffers take.
OF_BUILTIN = {"bash": (1, 4096)}


class Known:
    """The programs that the machine has when it begins; what is put in their place later is none.

    `proc` is the /proc of before, too.
    """

    def __init__(self, proc: Proc) -> None:
        self.proc = proc
        self._kind: dict[tuple[int, ...], str] = {}  # by what stat(2) says of a file
        self._files: list[tuple[int, str]] = []  # open, so that they stay what they are
        for kind, names in KINDS.items():
            for path in (f"{place}/{name}" for place in PLACES for name in names):
                with contextlib.suppress(OSError):
                    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                    self._kind[signed(fd)] = kind
                    self._files.append((fd, kind))

    def kind(self, pid: int, proc: int | None = None) -> str:
        """What a process, by its number in that `proc`, runs: one of `KINDS`, or "" for anything
        else."""
        with contextlib.suppress(OSError):
            sign = signed(exe := f"{pid}/exe", where := proc or self.proc.fd)
            if sign not in self._kind:
                self._kind[sign] = self._like(exe, where)
            return self._kind[sign]
        return ""

    def _like(self, path: str, proc: int) -> str:
        """The kind of a file that is another's copy. It is opened only if it may be: if it were a
        program of the text, we would wait for ourselves (see `programs.seen`)."""
        size = os.stat(path, dir_fd=proc).st_size
        if like := [one for one in self._files if os.fstat(one[0]).st_size == size]:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc), "rb") as file:
                ours = digest(file.fileno())
            return next((kind for known, kind in like if digest(known) == ours), "")
        return ""

    def words(self, pid: int) -> list[bytes]:
        """What a process was called with, its name first; that of an applet of busybox is one."""
        words = self.proc.read(f"{pid}/cmdline").removesuffix(b"\0").split(b"\0")
        return words[1:] if os.path.basename(words[0]) == b"busybox" and words[1:] else words

    def is_interactive(self, pid: int, kind: str) -> bool:
        """Whether it is a shell, or a Python, that was given neither a command nor a script."""
        name, *words = self.words(pid)
        found = self.kind(pid)
        if found == "busybox" and os.path.basename(name).removeprefix(b"-") in APPLETS:
            found = "shell"
        if found != kind:
            return False
        if kind == "python" and b"-i" in words:
            return True
        commands = b"cm" if kind == "python" else b"c"
        for before, word in pairwise((b"", *words)):
            is_option = word.startswith((b"-", b"+"))
            given = not is_option or (not word.startswith(b"--") and set(commands) & set(word))
            if given and before not in WITH_A_WORD:
                return False
        return True

    def reads_a_command(self, reader: Reader) -> bool:
        """Whether a shell reads for a command of its own, and not by its builtin `read`."""
        words = self.proc.read(f"{reader.pid}/task/{reader.tid}/syscall").split()
        reads = words[:1] and self.proc.calls.get(int(words[0])) == "read"
        return not reads or int(words[3], 16) not in OF_BUILTIN.get(reader.comm, (1,))


def signed(file: int | str, directory: int | None = None) -> tuple[int, ...]:
    """What stat(2) says of a file, or an open one, that changes with its contents."""
    found = os.stat(file, dir_fd=directory)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def digest(fd: int) -> bytes:
    """Of an open file's contents."""
    found, at = hashlib.sha256(), 0
    while chunk := os.pread(fd, 1 << 20, at):
        found.update(chunk)
        at += len(chunk)
    return found.digest()
