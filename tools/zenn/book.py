"""The book: its description, read once from pyproject.toml, and what mkdocs.yml says of it.

    [tool.run-snippets]
    docs = "docs"
    snippets = "snippets"

Everything that another book would have otherwise stands there, and is handed through as `Book`.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from yaml_env_tag import construct_env_tag

TABLE = "run-snippets"


class ProjectError(Exception):
    """What is wrong with pyproject.toml or mkdocs.yml, in one sentence."""


@dataclass(frozen=True, slots=True)
class Guest:
    """``[tool.run-snippets.guest]``: the Debian that the scenarios run in.

    `suite` is a suite of Debian, `kernel` a name of `harness.image.kernels`. `packages` come on
    top of those that the harness itself needs.
    """

    user: str = "reader"
    host: str = "unshared"
    suite: str = "trixie"
    kernel: str = "6.12"
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """``[tool.run-snippets]`` of the pyproject.toml in the folder `root`.

    `docs` and `snippets` are folders below `root`, of the chapters and of what they include.
    `language` is that of the pages (``ja``, ``en``), `time_zone` that of their dates (tz database).
    A ```text block titled `result` shows what the program before it prints; one titled `output`
    what the last command of the console block before it prints, letter by letter.
    """

    root: Path
    name: str = "book"
    docs: str = "docs"
    snippets: str = "snippets"
    language: str = "ja"
    time_zone: str = "Asia/Tokyo"
    result: str = "実行結果"
    output: str = "出力"
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
    start = start.resolve()
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
    guest = table.get("guest", {})
    if not isinstance(guest, dict):
        raise ProjectError(f"{root / 'pyproject.toml'}: [tool.{TABLE}.guest] is no table")
    file = root / "pyproject.toml"
    of_guest = _checked(file, f"tool.{TABLE}.guest", Guest, guest)
    of_book = _checked(
        file, f"tool.{TABLE}", Book, {k: v for k, v in table.items() if k != "guest"}
    )
    book = Book(root, **of_book, guest=Guest(**of_guest))
    try:
        ZoneInfo(book.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ProjectError(f"{file}: no time zone is named {book.time_zone}") from None
    return book


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
    """What mkdocs.yml calls the book and says of its use, and the language of its pages."""

    title: str
    subtitle: str
    rights: str
    language: str


def book_names(book: Book) -> BookNames:
    """Read ``site_name``, ``site_description`` and ``copyright``; ProjectError without."""
    config = _config(book.root)
    keys = ("site_name", "site_description", "copyright")
    for key in keys:
        if not isinstance(config.get(key), str):
            raise ProjectError(f"mkdocs.yml: {key} is missing")
    title, subtitle, rights = (str(config[key]) for key in keys)
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


def _nothing(_loader: yaml.SafeLoader, _suffix: str, _node: yaml.Node) -> Any:
    return None


_Loader.add_constructor("!ENV", construct_env_tag)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _nothing)
_Loader.add_multi_constructor("!relative", _nothing)
