"""What does a chapter say is to be run? Chapter ▶ blocks ▶ scenarios ▶ steps."""
