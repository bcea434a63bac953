"""popgen_cli."""
