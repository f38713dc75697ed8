"""What does the site make of a chapter? The Python-Markdown extension, and what pages add."""
