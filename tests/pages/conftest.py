from parsed import chapter, snippets

__all__ = ["chapter", "snippets"]
