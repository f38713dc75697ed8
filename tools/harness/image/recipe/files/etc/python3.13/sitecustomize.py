# The REPL reads whole lines from the kernel's terminal. Where it finds readline it edits lines
# itself: an interactive Python imports it before anything else (pymain_import_readline() in
# CPython's Modules/main.c), and again by this hook, which would also keep a history file.
import sys

sys.modules["readline"] = None  # type: ignore[assignment]
if hasattr(sys, "__interactivehook__"):
    del sys.__interactivehook__
