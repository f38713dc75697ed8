"""How is a code block shown? Coloured, in tabs of languages, side by side for terminals."""
