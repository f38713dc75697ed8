"""What Zenn adds to markdown-it, a module a construct. Measured on zenn-markdown-html 0.5.4."""
