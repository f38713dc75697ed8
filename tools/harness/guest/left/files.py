"""The files that are left: those over the image, or on the disk; and those of /run and /dev."""

import contextlib
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

from harness.guest.left.watch import Items, Watch

# What everybody leaves: temporary files, caches, logs, what programs remember. New files of a home
# are of this sort, others of it are not.
OF_PROGRAMS = re.compile(
    r"/(tmp|proc|sys|lost\+found|var/(tmp|log|cache|mail|spool|lib/(sudo|apt|dpkg|systemd)))(/.*)?"
    r"|/run/(sudo|netns|network|lock|log|mount|systemd|udev|user|utmp|whole|image)(/.*)?"
    r"|/dev/(pts|shm|mqueue|block|char|disk)(/.*)?"  # the last three are udev's links
    r"|.*/__pycache__(/.*)?|.*/\.(bash|python)_history"
)
HOMES = re.compile(r"/(home/[^/]+|root)/.*")
OF_MEMORY = ("/run", "/dev")
# Where there is no overlay that says what has been written.
RESTORED = ("/etc", "/home", "/root")  # where a file is none of what is left if it is as before
ON_DISK = ("/etc", "/home", "/mnt", "/opt", "/root", "/srv", "/usr/local", "/var/lib", "/var/www")
GONE, CHANGED = "gone", "changed"
MOST = 20_000  # files that are looked at
COMPARED = 1 << 20  # bytes of a file


Found = tuple[str, os.stat_result, str]  # a path, what it is now, and how that differs


class Files:
    """What was written, and when: `changed` has the times, in seconds."""

    def __init__(self, upper: int | None, before: Mapping[str, str]) -> None:
        """`upper` is a descriptor of what is written over the image, where there is one, and
        `before` are the image's `signs`."""
        self.changed: dict[str, float] = {}
        self._nodes: set[str] | None = None  # devices, at first: a driver may bring others
        self._known: dict[str, tuple[int, str]] = {}  # by the path: since when, its sign
        self._of_homes: set[str] | None = None  # files of homes that were there at first
        self._upper = upper
        self._parts: dict[int | str, Callable[[], Iterable[Found]]] = {
            top: partial(self._in_memory, top) for top in OF_MEMORY
        }
        if upper is not None:
            self._parts[upper] = partial(written, upper, before)

    def watches(self) -> Iterator[Watch]:
        """Those of file systems in memory, which know how full they are."""
        for place, look in self._parts.items() if self._upper is not None else ():
            yield Watch(partial(_fill, place), partial(self._again, look))

    def all(self) -> Items:
        """Every file as ``gone``, or what it is: ``changed`` where it is not the image's."""
        parts = [look() for look in self._parts.values()]
        return self._items(chain(*parts, self._on_disk() if self._upper is None else ()))

    def _again(self, look: Callable[[], Iterable[Found]], _: object) -> Items:
        return self._items(look())

    def _items(self, files: Iterable[Found]) -> Items:
        found: Items = {}
        for path, status, how in files:
            owner = f"{status.st_mode:o} {status.st_uid}:{status.st_gid}"
            found[f"file {path}"] = GONE if how == GONE else f"{how} {owner}"
            self.changed[f"file {path}"] = status.st_ctime
        return found

    def _on_disk(self) -> Iterator[Found]:
        found = list(walk(*ON_DISK))
        if self._of_homes is None:
            self._of_homes = {path for path, _ in found if HOMES.fullmatch(path)}
        for path, status in found:
            if HOMES.fullmatch(path) and path not in self._of_homes:
                continue
            since, how = self._known.get(path, (0, ""))
            if since != status.st_ctime_ns:
                how = sign(path, status)
                self._known[path] = status.st_ctime_ns, how
            yield path, status, how

    def _in_memory(self, top: str) -> Iterator[Found]:
        nodes = set()
        for path, status in walk(top):
            if stat.S_ISBLK(status.st_mode) or stat.S_ISCHR(status.st_mode):
                nodes.add(path)
                if self._nodes is None or path in self._nodes:
                    yield path, status, "device"
            else:
                yield path, status, "" if stat.S_ISDIR(status.st_mode) else f"{status.st_mtime_ns}"
        if top == "/dev" and self._nodes is None:
            self._nodes = nodes


def _fill(place: int | str) -> tuple[int, ...]:
    """How full a file system is: another number wherever a file has come or gone, or grown."""
    with contextlib.suppress(OSError):
        return tuple(os.statvfs(place))
    return ()


def walk(*tops: str, root: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Every file below these directories of a root that is no program's, and no directory of
    another file system. Files of an overlay may seem to be of another: of the layer they are in.
    """
    left = MOST
    waiting = [root + top for top in tops]
    while waiting and left:
        folder = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            device = os.stat(folder).st_dev
            for entry in entries:
                status, path = entry.stat(follow_symlinks=False), entry.path.removeprefix(root)
                is_folder = stat.S_ISDIR(status.st_mode)
                other = is_folder and status.st_dev != device
                if not (other or OF_PROGRAMS.fullmatch(path)):
                    left = max(0, left - 1)
                    yield path, status
                    if is_folder:
                        waiting.append(entry.path)


def written(upper: int, before: Mapping[str, str]) -> Iterator[Found]:
    """What of an overlay is not as below: Documentation/filesystems/overlayfs.rst in the kernel.

    A directory that was copied up may only hold what was written; a new one is not looked into.
    """
    left = MOST
    for folder, folders, names, fd in os.fwalk(".", dir_fd=upper):
        here, copied = folder[1:], []
        for name in (*folders, *names)[:left]:
            left -= 1
            path = f"{here}/{name}"
            now = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if OF_PROGRAMS.fullmatch(path):
                continue
            if stat.S_ISCHR(now.st_mode) and now.st_rdev == 0:  # a whiteout
                yield path, now, GONE
            elif path not in before and not is_copied(name, now, fd):
                if not HOMES.fullmatch(path):
                    yield path, now, "" if name in folders else f"{now.st_mtime_ns}"
            else:
                if name in folders:
                    copied.append(name)
                if path in before or name not in folders:
                    how = sign(name, now, fd)
                    if how != before.get(path):
                        yield path, now, f"{CHANGED} {how}"
        folders[:] = copied


def is_copied(name: str, status: os.stat_result, folder: int) -> bool:
    """Whether a file or directory of an upper layer was there below: of others it is not said."""
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        with contextlib.suppress(OSError), _opened(name, folder) as fd:
            return "trusted.overlay.origin" in os.listxattr(fd)
    return False


def signs(root: str) -> Items:
    """The signs of all files that may be put right again, of a machine whose root this is."""
    root = root.rstrip("/")
    return {path: sign(f"{root}{path}", status) for path, status in walk(*RESTORED, root=root)}


def sign(path: str, status: os.stat_result, folder: int | None = None) -> str:
    """What a file is: its mode and owner, and a checksum; of what is large, or no regular file, the
    time instead."""
    owner = f"{status.st_mode:o} {status.st_uid}:{status.st_gid}"
    if stat.S_ISDIR(status.st_mode):
        return owner
    if stat.S_ISREG(status.st_mode) and status.st_size <= COMPARED:
        with contextlib.suppress(OSError), _opened(path, folder) as fd:
            return f"{owner} {zlib.crc32(os.read(fd, COMPARED)):x}"
    return f"{owner} {status.st_mtime_ns}"


@contextlib.contextmanager
def _opened(path: str, folder: int | None) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)
