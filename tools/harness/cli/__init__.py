"""What does the author ask for? The words of run_snippets.py, a file for each sub-command."""
