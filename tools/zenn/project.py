"""The project that a chapter belongs to: its folders, and what mkdocs.yml says of the book."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml_env_tag import construct_env_tag


class ProjectError(Exception):
    """What is wrong with mkdocs.yml, in one sentence."""


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
    """What mkdocs.yml calls the book, and says of its use."""

    title: str
    subtitle: str
    rights: str


def project_root() -> Path:
    """Return the directory of mkdocs.yml, here or above; else this directory."""
    here = Path.cwd()
    return next((path for path in (here, *here.parents) if (path / "mkdocs.yml").exists()), here)


def book_names(root: Path) -> BookNames:
    """Read ``site_name``, ``site_description`` and ``copyright``; ProjectError without."""
    config = _config(root)
    keys = ("site_name", "site_description", "copyright")
    for key in keys:
        if not isinstance(config.get(key), str):
            raise ProjectError(f"mkdocs.yml: {key} is missing")
    return BookNames(*(config[key] for key in keys))


def _config(root: Path) -> dict[str, Any]:
    """What mkdocs.yml says; nothing where it is no mapping."""
    try:
        config = yaml.load((root / "mkdocs.yml").read_text("utf-8"), _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"mkdocs.yml can't be read: {error}") from error
    return config if isinstance(config, dict) else {}


def book_address(root: Path) -> BookAddress:
    """Read ``extra.zenn`` of mkdocs.yml; ProjectError if that is missing or wrong."""
    extra = _config(root).get("extra")
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
