"""One HTML document of all articles."""

from collections.abc import Iterable, Sequence
from html import escape

from publish.articles import Article
from zenn.book import BookNames


def document(book: BookNames, body: str, styles: Iterable[str]) -> str:
    """Return the book as a document with the style sheets at the addresses `styles`."""
    links = "".join(f'<link rel="stylesheet" href="{escape(style)}">' for style in styles)
    return (
        f'<!DOCTYPE html><html lang="{book.language}"><head><meta charset="utf-8">'
        f"<title>{escape(book.title)}</title>{links}</head>"
        f'<body data-md-color-scheme="default" dir="ltr">{body}</body></html>'
    )


def title_page(book: BookNames) -> str:
    """The first page: the book's name, and what it may be used for."""
    return (
        f'<section class="cover"><p class="cover__title">{escape(book.title)}</p>'
        f'<p class="cover__subtitle">{escape(book.subtitle)}</p>'
        f'<p class="cover__rights">{escape(book.rights)}</p></section>'
    )


def contents(articles: Sequence[Article]) -> str:
    """The list of the articles, each a link."""
    items = "".join(
        f'<li><a href="#{article.id}">{escape(article.title)}</a></li>' for article in articles
    )
    return f'<nav class="contents md-typeset"><p>目次</p><ol>{items}</ol></nav>'
