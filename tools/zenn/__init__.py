"""Zenn Markdown: one parser for the site (`zenn.extension`) and for the harness."""
