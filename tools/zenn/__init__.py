"""Zenn Markdown: one parser for the site (`pages.extension`) and for the harness."""
