"""A book in a folder of its own, with the mkdocs.yml of this one; a page of it, or all of them.

A page is rendered as the site generator has it rendered, by Python-Markdown and the extensions of
mkdocs.yml; what only the site generator does (addresses, search, what fails a build) takes a build.
"""

from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import markdown
from mkdocs.config import load_config
from processes import Done, python

from harness import record
from harness.record import Entry
from zenn.book import Book
from zenn.model import Document
from zenn.parser import parse, split_front_matter

ROOT = Path(__file__).parents[2]
_SCRIPTS = ("book.js", "search.js", "iframe-worker.js")


def render(text: str, **options: str | bool) -> str:
    """The HTML of a page; `options` are those of the extension, beside what mkdocs.yml says."""
    extensions, configs = _settings()
    own = {"pages.extension": configs.get("pages.extension", {}) | options}
    return markdown.markdown(text, extensions=extensions, extension_configs=configs | own)


def alone(text: str) -> str:
    """The HTML of a text that is of no chapter file, by our extension alone."""
    settings = {"pages.extension": {"docs": "", "record": "", "diagrams": False}}
    return markdown.markdown(text, extensions=["pages.extension"], extension_configs=settings)


@cache
def _settings() -> tuple[list[str], dict[str, Any]]:
    config = load_config(str(ROOT / "mkdocs.yml"))
    return config.markdown_extensions, config.mdx_configs


def mkdocs(folder: Path, name: str = "mkdocs", **environment: str) -> Done:
    """A strict build of the book in `folder` by MkDocs, or by what builds from mkdocs.yml, too."""
    words = ("-m", name, "build", "--strict", "-f", "mkdocs.yml")
    return python(*words, cwd=folder, NO_MKDOCS_2_WARNING="1", **environment)


@dataclass(frozen=True)
class Project:
    """A book of two chapters, 01-a and 02-b, a page that lists them, and an empty glossary."""

    root: Path

    @classmethod
    def begin(cls, root: Path) -> "Project":
        book = cls(root)
        config = (ROOT / "mkdocs.yml").read_text("utf-8")
        head, found, rest = config.partition("\nnav:\n")
        assert found
        rest = rest[rest.index("\ntheme:") :]
        nav = "[index.md, 01-a.md, 02-b.md, glossary.md]"
        book.write("mkdocs.yml", f"{head}\nnav: {nav}\n{rest}")
        book.write("docs/index.md", "# 本\n\n[a](01-a) [b](02-b#見出し)\n")
        book.write("docs/01-a.md", "---\ntitle: A\n---\n\n## 節\n\n```console\n$ id\n```\n")
        book.write("docs/02-b.md", "---\ntitle: B\n---\n\n## 見出し\n\n文です。\n")
        book.write("docs/glossary.md", "# 用語集\n")
        book.write("docs/config.yaml", "title: x\n")
        for name in ("book.css", "icon.svg", *_SCRIPTS):
            book.write(f"docs/assets/{name}", (ROOT / "docs/assets" / name).read_text("utf-8"))
        book.write("snippets/01-a/hello.py", 'print("hello")\n')
        (root / "docs/programs").symlink_to("../snippets")
        (root / "tools").symlink_to(ROOT / "tools")  # hooks of mkdocs.yml
        return book

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def document(self, name: str) -> Document:
        path = Path("docs") / name
        return parse((self.root / path).read_text("utf-8"), path, Book(self.root))

    def record(self, *entries: Entry, name: str = "verification") -> None:
        record.write(self.root / "build" / f"{name}.json", entries)

    def article(self, name: str, **options: str) -> str:
        """The HTML of a page of docs/, as Python-Markdown makes it in the book's folder."""
        _, body = split_front_matter((self.root / "docs" / name).read_text("utf-8"))
        with chdir(self.root):
            return render(body, **options)

    def build(self) -> Done:
        return mkdocs(self.root, NO_COLOR="1")

    def page(self, name: str) -> str:
        """A page of the site that was built."""
        return (self.root / "site" / name / "index.html").read_text("utf-8")
