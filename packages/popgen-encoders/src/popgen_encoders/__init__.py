"""popgen_encoders: the paper's per-group CNN and alternatives, one encoder a file; chosen through the catalogue."""

__all__: list[str] = []
