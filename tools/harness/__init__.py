"""The harness: chapter ▶ scenario ▶ machine ▶ expectation ▶ record."""
