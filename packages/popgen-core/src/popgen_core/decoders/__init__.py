"""Decoders: how the notes of one frame are drawn. Each is loaded through the catalogue."""

__all__: list[str] = []
