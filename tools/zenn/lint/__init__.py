"""Lint: what Zenn would show otherwise than its author means, and what it would refuse."""
