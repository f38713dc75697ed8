"""What happened? Scenarios played in machines, several at a time, and a verdict for every block."""
