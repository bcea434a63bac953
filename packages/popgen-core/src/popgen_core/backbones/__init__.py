"""Backbones: what came before a frame, in one vector. Each is loaded through the catalogue."""

__all__: list[str] = []
