"""What runs inside a machine? Its world, and the agent that owns the terminals. No dependencies."""
