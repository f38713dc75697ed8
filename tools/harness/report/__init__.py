"""Who is told what was found? The terminal, CI, the record, and the chapter itself."""
