"""What does a chapter say is to be run? Chapter ▶ blocks ▶ scenarios ▶ what is typed."""
