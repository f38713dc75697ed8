"""The book: its description, read once from pyproject.toml, and what mkdocs.yml says of it.

    [tool.run-snippets]
    docs = "docs"
    snippets = "snippets"

Everything that another book would have otherwise stands there, and is handed through as `Book`.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from yaml_env_tag import construct_env_tag

TABLE = "run-snippets"
# They get into the guest's configuration (sudoers(5), hosts(5)) as they are.
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_HOST = re.compile(r"(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9-]{0,62}(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]")  # one that ends in - apt would remove
_NAMES = {  # by the key of a guest; what takes it, or has it
    "user": (_USER, "name that useradd(8) takes"),
    "host": (_HOST, "name that hostname(7) takes"),
    "packages": (_PACKAGE, "list of Debian packages"),
}


class ProjectError(Exception):
    """What is wrong with pyproject.toml or mkdocs.yml, in one sentence."""


@dataclass(frozen=True, slots=True)
class Guest:
    """``[tool.run-snippets.guest]``: the Debian that the scenarios run in.

    `user` and `host` are names as useradd(8) and hostname(7) take them, `suite` is a suite of
    Debian, `kernel` a name of `harness.image.kernels`. `packages` come on top of those that the
    harness itself needs. `setup` are files (name, whether executable, content), whose folder
    pyproject.toml names; the one called ``setup`` is run there by `user`, once in an image.
    """

    user: str = "reader"
    host: str = "unshared"
    suite: str = "trixie"
    kernel: str = "6.12"
    packages: tuple[str, ...] = ()
    setup: tuple[tuple[str, bool, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """``[tool.run-snippets]`` of the pyproject.toml in the folder `root`.

    `docs` and `snippets` are folders below `root`, of the chapters and of what they include.
    `language` is that of the chapters, as PDF and EPUB say it (``ja``, ``en``); what they and the
    site add of their own is Japanese. `time_zone` is that of its dates (tz database).
    `leftovers` says what becomes of a section that leaves something behind in its machine, and
    doesn't say so: ``fail`` or ``tell``.
    A ```text block titled `result` shows what the program before it prints; one titled `output`
    what the last command of the console block before it prints, letter by letter.
    `terms` is a file below `root`, of the words that the book writes otherwise (see
    `zenn.lint.shelf.Term`); a book that names none has none.
    """

    root: Path
    name: str = "book"
    docs: str = "docs"
    snippets: str = "snippets"
    language: str = "ja"
    time_zone: str = "Asia/Tokyo"
    result: str = "実行結果"
    output: str = "出力"
    terms: str = ""
    leftovers: str = "fail"
    guest: Guest = field(default_factory=Guest)

    @property
    def chapters(self) -> Path:
        """The folder of the chapters."""
        return self.root / self.docs

    @property
    def programs(self) -> Path:
        """The folder of the programs that chapters include."""
        return self.root / self.snippets

    def shown(self, path: Path) -> Path:
        """A file as messages and the record name it: from `root`, where it is below that."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path


def read_book(start: Path) -> Book:
    """The book that the folder `start` belongs to.

    It is described by the nearest pyproject.toml, in `start` or above, that has the table; without
    one the root is where mkdocs.yml is, else `start`, and the rest as by default.

    :raises ProjectError: the table has a key that is unknown, or a value that can't be.
    """
    try:
        start = start.resolve()
    except FileNotFoundError:
        raise ProjectError("the folder that this was called in is no more") from None
    for folder in (start, *start.parents):
        if (table := _table(folder / "pyproject.toml")) is not None:
            return _book(folder, table)
        if (folder / "mkdocs.yml").exists():
            return Book(folder)
    return Book(start)


def _table(file: Path) -> Mapping[str, Any] | None:
    try:
        whole = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ProjectError(f"{file}: can't be read: {error}") from error
    found = whole.get("tool", {}).get(TABLE)
    if found is not None and not isinstance(found, dict):
        raise ProjectError(f"{file}: [tool.{TABLE}] is no table")
    return found


def _book(root: Path, table: Mapping[str, Any]) -> Book:
    file = root / "pyproject.toml"
    said = dict(table)
    of_guest = said.pop("guest", {})
    if not isinstance(of_guest, dict):
        raise ProjectError(f"{file}: [tool.{TABLE}.guest] is no table")
    of_guest = _checked(file, f"tool.{TABLE}.guest", Guest, of_guest)
    folder = of_guest.pop("setup", None)
    guest = Guest(**of_guest, setup=_setup(file, root / folder) if folder else ())
    said_of_it = [("user", guest.user), ("host", guest.host)]
    for key, name in (*said_of_it, *(("packages", name) for name in guest.packages)):
        if why := guest_problem(key, name):
            raise ProjectError(f"{file}: [tool.{TABLE}.guest] {why}")
    book = Book(root, **_checked(file, f"tool.{TABLE}", Book, said), guest=guest)
    if book.leftovers not in ("fail", "tell"):
        why = f"`leftovers` is to be fail or tell, and not {book.leftovers!r}"
        raise ProjectError(f"{file}: [tool.{TABLE}] {why}")
    try:
        ZoneInfo(book.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ProjectError(f"{file}: no time zone is named {book.time_zone}") from None
    return book


def _setup(file: Path, folder: Path) -> tuple[tuple[str, bool, bytes], ...]:
    """The files of a guest's folder `setup`."""
    if not os.access(folder / "setup", os.X_OK):
        why = f"`setup` is a folder with an executable of that name, and {folder} has none"
        raise ProjectError(f"{file}: [tool.{TABLE}.guest] {why}")
    files = (path for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((path.name, os.access(path, os.X_OK), path.read_bytes()) for path in files)


def programs_of(folder: Path) -> Iterator[Path]:
    """The files of a folder of programs, in order, without what cargo has made of them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] != "target":
            yield path


def guest_problem(key: str, name: str) -> str:
    """Why a guest can't have such a user or host, or one of its packages; empty if it can."""
    pattern, wanted = _NAMES[key]
    fits = pattern.fullmatch(name) and (key, name) != ("user", "root")
    return "" if fits else f"`{key}` is to be a {wanted}, and not {name!r}"


def _checked(file: Path, name: str, kind: type, table: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a table by the names of `kind`'s fields; a key has ``-`` for their ``_``."""
    known = {one.name.replace("_", "-"): one.name for one in fields(kind) if one.name != "root"}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f": do you mean `{near[0]}`?" if near else f"; it has {', '.join(known)}"
            raise ProjectError(f"{file}: [{name}] has no `{key}`{hint}")
        wants_list = key == "packages"
        strings = value if isinstance(value, list) else [value]
        if isinstance(value, list) != wants_list or not all(isinstance(s, str) for s in strings):
            wanted = "a list of strings" if wants_list else "a string"
            raise ProjectError(f"{file}: [{name}] `{key}` is to be {wanted}")
        found[known[key]] = tuple(value) if wants_list else value
    return found


def chapters_at(path: Path) -> list[Path]:
    """What a path on a command line stands for: a folder for its ``*.md``, a file for itself."""
    return sorted(path.glob("*.md")) if path.is_dir() else [path]


@dataclass(frozen=True, slots=True)
class BookAddress:
    """Where Zenn has the book: the folder of its files, and its address there, if it has one."""

    slug: str
    url: str | None

    def chapter(self, name: str) -> str:
        """Return the link to a chapter: a full URL, or, the book having none yet, its name.

        Chapters stand side by side at Zenn, so a browser follows their names, too.
        """
        return f"{self.url}/viewer/{name}" if self.url else name


@dataclass(frozen=True, slots=True)
class BookNames:
    """What mkdocs.yml calls the book and says of its use, and the language of its chapters."""

    title: str
    subtitle: str
    rights: str
    language: str


def book_names(book: Book) -> BookNames:
    """Read ``site_name``, ``site_description`` and ``copyright``; ProjectError without."""
    config = _config(book.root)
    found = []
    for key in ("site_name", "site_description", "copyright"):
        if not isinstance(config.get(key), str):
            raise ProjectError(f"mkdocs.yml: {key} is missing")
        found.append(config[key])
    title, subtitle, rights = found
    return BookNames(title, subtitle, rights, book.language)


def _config(root: Path) -> dict[str, Any]:
    """What mkdocs.yml says; nothing where it is no mapping."""
    try:
        config = yaml.load((root / "mkdocs.yml").read_text("utf-8"), _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"mkdocs.yml can't be read: {error}") from error
    return config if isinstance(config, dict) else {}


def book_address(book: Book) -> BookAddress:
    """Read ``extra.zenn`` of mkdocs.yml; ProjectError if that is missing or wrong."""
    extra = _config(book.root).get("extra")
    zenn = extra.get("zenn") if isinstance(extra, dict) else None
    if not isinstance(zenn, dict) or not isinstance(zenn.get("slug"), str):
        raise ProjectError("mkdocs.yml: write the name of Zenn's book as extra: zenn: slug")
    url = zenn.get("url") or None
    if url and not str(url).startswith("https://"):
        raise ProjectError(f"mkdocs.yml: extra.zenn.url is {url}; it begins with https://")
    return BookAddress(zenn["slug"], str(url).rstrip("/") if url else None)


class _Loader(yaml.SafeLoader):
    """Knows MkDocs' !ENV, and reads over the tags that name Python objects."""


_Loader.add_constructor("!ENV", construct_env_tag)
for tag in ("tag:yaml.org,2002:python/", "!relative"):
    _Loader.add_multi_constructor(tag, lambda _loader, _suffix, _node: None)
