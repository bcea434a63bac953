"""Losses: how far a prediction is from its target. Each is loaded through the catalogue."""

__all__: list[str] = []
