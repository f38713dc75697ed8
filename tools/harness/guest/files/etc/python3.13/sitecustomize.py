# The REPL reads whole lines from the kernel's terminal: without this hook it would import
# readline, which edits lines itself, and keep a history file.
import sys

if hasattr(sys, "__interactivehook__"):
    del sys.__interactivehook__
