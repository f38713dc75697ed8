"""What does the author ask for? The words of run_snippets.py, and what each sub-command does."""
