"""popgen_encoders."""
