from parsed import snippets

__all__ = ["snippets"]
