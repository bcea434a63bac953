"""Generation: a checkpoint writes new songs, frame by frame."""

__all__: list[str] = []
