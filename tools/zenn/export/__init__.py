"""Export: the book as Zenn takes it, ``books/SLUG/`` and ``images/``."""
