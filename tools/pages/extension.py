"""The Python-Markdown extension that renders chapters, for MkDocs and whatever reads mkdocs.yml.

It takes the text before any step of Python-Markdown's own has touched it, parses it with
`zenn.parser` and hands back an ElementTree. So a page shows what the harness ran, while the table
of contents, link checks and search of the site generator go on working.
"""

import logging
import re
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree
from zoneinfo import ZoneInfo

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from harness.record import Entry, of_reader, read
from pages.code.arrange import arrange
from pages.code.blocks import Page, block_element
from pages.files import PageFile, kept, page_file
from pages.glossary import Term, terms_of
from pages.references import link_references
from pages.tree import to_tree
from pages.verified.badge import verified_line
from pages.verified.badges import badges, usual_of
from pages.verified.results import generators
from pages.verified.versions import PROGRAMS, versions_table
from zenn.book import ProjectError, read_book
from zenn.export.figure import figure_of, lit
from zenn.guard.bounds import TooMuchError, bounded
from zenn.model import ChapterError, at
from zenn.parser import parse

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_PAGE_SECONDS = 10.0  # of CPU time: that of results reads all chapters


class ZennExtension(Extension):
    """Render Zenn Markdown; the paths count from the root of the book that the build is in."""

    def __init__(self, **kwargs: Any) -> None:
        try:
            self.book = read_book(Path.cwd())
        except ProjectError as error:
            raise for_the_author(error) from error
        self.config = {
            "docs": [self.book.docs, "folder of the chapters; empty where the text is of no file"],
            "snippets": [self.book.snippets, "folder of the programs that chapters include"],
            "record": ["build/verification.json", "what the last run of the harness found"],
            "glossary": ["glossary.md", "page of docs whose terms are explained where they occur"],
            "diagrams": [True, "whether Mermaid's diagrams are drawn; else they stay text"],
            "source": ["", "address of a program's source; {path} is its path below snippets"],
        }
        super().__init__(**kwargs)
        told = {name: self.getConfig(name) for name in ("docs", "snippets")}
        self.book = replace(self.book, **told)

    def extendMarkdown(self, md: Markdown) -> None:
        """Take the place of the block parser; nothing is left for inline patterns to do."""
        taken = _Taken(md)
        # Before every other one: they would expand tabs, or take fences out of the text.
        md.preprocessors.register(taken, "zenn_source", 1_000_000)
        md.treeprocessors.deregister("inline", strict=False)

        def parse_document(_: list[str]) -> ElementTree:
            return ElementTree(self._render("\n".join(taken.lines), md))

        md.parser.parseDocument = parse_document  # type: ignore[method-assign, assignment]

    def _render(self, text: str, md: Markdown) -> Element:
        source = self._source(text, md)
        try:
            with at(source.path), bounded("this page", _PAGE_SECONDS):
                return self._tree(source, md)
        except ChapterError as error:
            raise for_the_author(error) from error
        except TooMuchError as error:
            raise for_the_author(ChapterError(source.path, 1, str(error))) from error

    def _tree(self, source: PageFile, md: Markdown) -> Element:
        document = parse(source.text, source.path, self.book)
        record = self.book.root / self.getConfig("record")
        zone = ZoneInfo(self.book.time_zone)
        known = _record(record), _record(of_reader(record))
        verdicts = badges(document, source.path.as_posix(), *known)
        usual = usual_of(verdicts)
        settings = (self.getConfig(name) for name in ("source", "diagrams"))
        page = Page(source.name, md, zone, usual, *settings)
        by_line = {
            fence.line: (fence, badge)
            for fence, badge in zip(document.fences, verdicts, strict=True)
        }
        tree = to_tree(
            document,
            source.name,
            lambda fence: block_element(*by_line[fence.line], page),
            {
                **generators(self.book, record),
                **{
                    f"{program}-table": partial(versions_table, program, by_line.values())
                    for program in PROGRAMS
                },
            },
            partial(self._figure, md, set()),
        )
        if (line := verified_line(verdicts, usual, zone)) is not None:
            sections = (at for at, one in enumerate(tree) if one.tag == "h2")
            tree.insert(next(sections, len(tree)), line)
        arrange(tree, {f"{page.name}:{line}": fence for line, (fence, _) in by_line.items()})
        link_references(tree, self._glossary(source), source.name)
        return tree

    def _figure(self, md: Markdown, told: set[str], source: str, alternative: str) -> str | None:
        """The figure that an image is a picture of, in the stash; a style is `told` a page once."""
        if not (found := figure_of(source, self.book.chapters)):
            return None

        def once(style: re.Match[str]) -> str:
            known = style[0] in told
            told.add(style[0])
            return "" if known else style[0]

        return str(md.htmlStash.store(_STYLE.sub(once, lit(*found, alternative))))

    def _glossary(self, source: PageFile) -> tuple[Term, ...]:
        """The terms to explain on a page; none on that of the glossary itself."""
        name = self.getConfig("glossary")
        file = self.book.chapters / name
        if not name or source.name == name or not file.is_file():
            return ()
        return terms_of(file, name, self.book)

    def _source(self, text: str, md: Markdown) -> PageFile:
        """The file that the text is of. Without one a page has no badges, which is said."""
        docs = self.book.docs
        if docs and not self.book.chapters.is_dir():
            raise for_the_author(
                ChapterError(docs, 0, "no such folder; build from the one that mkdocs.yml is in")
            )
        found = page_file(text, self.book) if docs else None
        if docs and text.strip() and not found:
            _warn(
                f"{_rendered(md) or 'a page'}: its blocks have no badges, because its text is in "
                f"no file of {docs}/: a plugin has changed it or made it"
            )
        return found or PageFile(Path("text"), "text", text)


class _Taken(Preprocessor):
    """Keeps the text as it is in the file, and leaves nothing for other preprocessors to change."""

    lines: list[str]

    def run(self, lines: list[str]) -> list[str]:
        self.lines = lines
        return []


_load = kept(read)


def _record(file: Path) -> tuple[Entry, ...]:
    """Read the record once for all chapters; nothing where there is none."""
    try:
        return _load(file)
    except OSError:
        return ()


def _rendered(md: Markdown) -> str:
    """The page that is being rendered, if the site generator has left its file where links are
    looked for, as MkDocs does.
    """
    for processor in md.treeprocessors:
        if name := getattr(getattr(processor, "file", None), "src_uri", ""):
            return str(name)
    return ""


def _warn(sentence: str) -> None:
    """Say it as the site generator's own: with --strict, a warning fails the build."""
    generator = next((name for name in ("properdocs", "mkdocs") if name in sys.modules), "mkdocs")
    logging.getLogger(f"{generator}.pages").warning(sentence)


def for_the_author(error: ChapterError | ProjectError) -> Exception:
    """Turn an author's mistake into what the site generator prints as a sentence.

    MkDocs shows a traceback for any exception but its own. The class is asked for only where
    MkDocs is already running, so that other generators need not have it installed.
    """
    exceptions = sys.modules.get("mkdocs.exceptions")
    kind: type[Exception] | None = getattr(exceptions, "BuildError", None)
    return kind(str(error)) if kind else error


def makeExtension(**kwargs: Any) -> ZennExtension:
    """Make the extension, for ``markdown_extensions: [pages.extension]``."""
    return ZennExtension(**kwargs)
