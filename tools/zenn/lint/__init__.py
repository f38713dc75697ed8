"""Lint: what Zenn would show otherwise than its author means, and what it would refuse."""

from zenn.lint.book import Book
from zenn.lint.finding import Finding
from zenn.lint.run import lint, lint_book, lint_files

__all__ = ["Book", "Finding", "lint", "lint_book", "lint_files"]
