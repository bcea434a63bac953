"""popgen_eval."""
