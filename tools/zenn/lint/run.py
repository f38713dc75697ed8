"""All rules over a chapter, over some files, over the book."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from zenn.lint import blocks, config, frontmatter, headings, images, limits, links, markup, text
from zenn.lint.book import Book
from zenn.lint.finding import Finding, Rule
from zenn.model import ChapterError, Document
from zenn.parser import parse

RULES: tuple[Rule, ...] = (
    *frontmatter.RULES,
    *limits.RULES,
    *blocks.RULES,
    *headings.RULES,
    *markup.RULES,
    *text.RULES,
    *links.RULES,
    *images.RULES,
)


def lint(document: Document, book: Book) -> list[Finding]:
    """Return what is wrong with one chapter, by line, each once."""
    found = sorted({finding for rule in RULES for finding in rule(document, book)})
    return list(_without_echoes(found))


def lint_book(book: Book) -> list[Finding]:
    """Return what is wrong with config.yaml and every page of docs/."""
    pages = [book.docs / f"{name}.md" for name in book.names]
    return [*config.findings(book), *lint_files(pages, book)]


def lint_files(files: Sequence[Path], book: Book) -> list[Finding]:
    """Return what is wrong with these files; one that can't be read is a finding, too."""
    return [finding for file in files for finding in _lint_file(file, book)]


def _lint_file(file: Path, book: Book) -> list[Finding]:
    full = file.resolve()
    shown_as = full.relative_to(book.root) if full.is_relative_to(book.root) else file
    try:
        document = parse(full.read_text("utf-8"), shown_as, book.root / "snippets")
    except ChapterError as error:
        return [Finding(shown_as, error.line, "chapter", error.message)]
    except UnicodeDecodeError:
        return [Finding(shown_as, 1, "chapter", "not UTF-8: save the chapter as UTF-8")]
    except OSError as error:
        return [Finding(shown_as, 1, "chapter", f"can't be read: {error.strerror}")]
    return lint(document, book)


def _without_echoes(found: Iterable[Finding]) -> Iterable[Finding]:
    """Leave out line breaks that come with something else: to mend that mends them, too."""
    found = list(found)
    others = {finding.line for finding in found if finding.rule != text.LINE_BREAK}
    for finding in found:
        near = {finding.line, finding.line - 1} & others
        if finding.rule != text.LINE_BREAK or not near:
            yield finding
